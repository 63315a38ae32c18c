/** Where the ingestion of a running `npm start` listens, for the commands of the same clone that send events. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './wait-until-gone.js';

export interface RunningIngestion {
  url: string;
  /** Where the reporting beside it listens. */
  reportingUrl: string;
  /** File with a key for reporting, where that wants one. */
  readKeyFile?: string;
}

interface Announcement extends RunningIngestion {
  pid: number;
}

const fileIn = (dataFolder: string) => join(dataFolder, 'ingestion.json');

/** Leaves the addresses in the data folder; returns how to take them back. */
export function announceIngestion(dataFolder: string, running: RunningIngestion): () => void {
  const announcement: Announcement = { pid: process.pid, ...running };
  writeFileSync(fileIn(dataFolder), JSON.stringify(announcement));
  return () => rmSync(fileIn(dataFolder), { force: true });
}

/** Undefined when no `npm start` runs on the data in this folder. */
export function runningIngestion(dataFolder: string): RunningIngestion | undefined {
  try {
    const { pid, ...running } = JSON.parse(readFileSync(fileIn(dataFolder), 'utf8')) as Announcement;
    return isAlive(pid) ? running : undefined;
  } catch {
    return undefined;
  }
}

/** The ingestion of a running `npm start`, for commands that send events to it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../processes/wait-until-gone.js';

export interface RunningIngestion {
  url: string;
  /** Address of reporting. */
  reportingUrl: string;
  /** File with a key for reporting, if it requires one. */
  readKeyFile?: string;
}

interface Announcement extends RunningIngestion {
  pid: number;
}

const fileIn = (dataFolder: string) => join(dataFolder, 'ingestion.json');

/** Writes the addresses into the data folder. Returns a function that removes them. */
export function announceIngestion(dataFolder: string, running: RunningIngestion): () => void {
  const announcement: Announcement = { pid: process.pid, ...running };
  writeFileSync(fileIn(dataFolder), JSON.stringify(announcement));
  return () => rmSync(fileIn(dataFolder), { force: true });
}

/** Undefined if no `npm start` is running on this data folder. */
export function runningIngestion(dataFolder: string): RunningIngestion | undefined {
  try {
    const { pid, ...running } = JSON.parse(readFileSync(fileIn(dataFolder), 'utf8')) as Announcement;
    return isAlive(pid) ? running : undefined;
  } catch {
    return undefined;
  }
}

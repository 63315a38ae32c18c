/** Where the ingestion of a running `npm start` listens, for the commands of the same clone that send events. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './wait-until-gone.js';

interface Announcement {
  pid: number;
  url: string;
}

const fileIn = (dataFolder: string) => join(dataFolder, 'ingestion.json');

/** Leaves the address in the data folder; returns how to take it back. */
export function announceIngestion(dataFolder: string, url: string): () => void {
  const announcement: Announcement = { pid: process.pid, url };
  writeFileSync(fileIn(dataFolder), JSON.stringify(announcement));
  return () => rmSync(fileIn(dataFolder), { force: true });
}

/** Undefined when no `npm start` runs on the data in this folder. */
export function runningIngestionUrl(dataFolder: string): string | undefined {
  try {
    const { pid, url } = JSON.parse(readFileSync(fileIn(dataFolder), 'utf8')) as Announcement;
    return isAlive(pid) ? url : undefined;
  } catch {
    return undefined;
  }
}

/** Which process owns a folder of the spool, and whether that process is still running. */
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

interface Owner {
  host: string;
  pid: number;
  /** Pids are reused; only together with the start time do they identify a process. */
  born: string;
}

/** How often a process proves that it is running, to other machines and containers. */
export const heartbeatMs = 10_000;
/** Without a heartbeat for this long a process is considered dead. */
export const ownerTimeoutMs = 6 * heartbeatMs;

const ownerFile = (folder: string) => join(folder, 'owner.json');

/** The start time in clock ticks since boot on Linux; an empty string elsewhere. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Makes this process the owner, atomically. */
export function writeOwner(folder: string): void {
  const owner: Owner = { host: hostname(), pid: process.pid, born: startTimeOf(process.pid) };
  const draft = `${ownerFile(folder)}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(owner), { mode: 0o600 });
  renameSync(draft, ownerFile(folder));
}

/** Leaves the folder to any other process. */
export function removeOwner(folder: string): void {
  rmSync(ownerFile(folder), { force: true });
}

/** Never throws: it runs in a timer. */
export function touchOwner(folder: string): void {
  const now = new Date();
  try {
    utimesSync(ownerFile(folder), now, now);
  } catch {
    // If the folder is gone, the next event fails and reports it.
  }
}

function isRunning({ pid, born }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return born === startTimeOf(pid);
}

/** A process on this machine is looked up; elsewhere only its heartbeat counts. */
export function isOwned(folder: string): boolean {
  try {
    const owner = JSON.parse(readFileSync(ownerFile(folder), 'utf8')) as Owner;
    if (owner.host === hostname()) return isRunning(owner);
    return Date.now() - statSync(ownerFile(folder)).mtimeMs < ownerTimeoutMs;
  } catch {
    return false;
  }
}

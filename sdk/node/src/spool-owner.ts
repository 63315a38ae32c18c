/** Which process a folder of the spool belongs to, and whether it is still there. */
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

interface Owner {
  host: string;
  pid: number;
  /** A pid is given again after a while; pid and birth together are one process. */
  born: string;
}

/** How often a process shows that it is alive, to those on other machines and in other containers. */
export const heartbeatMs = 10_000;
/** After such a silence it is taken for gone. */
export const ownerTimeoutMs = 6 * heartbeatMs;

const ownerFile = (folder: string) => join(folder, 'owner.json');

/** Start of a process in clock ticks since boot, where the system tells it (Linux); else an empty text. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Makes this process the owner, at once for whoever looks. */
export function writeOwner(folder: string): void {
  const owner: Owner = { host: hostname(), pid: process.pid, born: startTimeOf(process.pid) };
  const draft = `${ownerFile(folder)}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(owner), { mode: 0o600 });
  renameSync(draft, ownerFile(folder));
}

/** Leaves the folder to whoever wants it. */
export function removeOwner(folder: string): void {
  rmSync(ownerFile(folder), { force: true });
}

/** Never throws: nobody waits for it. */
export function touchOwner(folder: string): void {
  const now = new Date();
  try {
    utimesSync(ownerFile(folder), now, now);
  } catch {
    // Without its folder the spool fails at the next event, and says so then.
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

/** A process of this machine is looked up; of one elsewhere only its heartbeat is known. */
export function isOwned(folder: string): boolean {
  try {
    const owner = JSON.parse(readFileSync(ownerFile(folder), 'utf8')) as Owner;
    if (owner.host === hostname()) return isRunning(owner);
    return Date.now() - statSync(ownerFile(folder)).mtimeMs < ownerTimeoutMs;
  } catch {
    return false;
  }
}

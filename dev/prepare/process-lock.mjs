/** A lock file that belongs to one running process and is released when that process dies. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Acquires the lock and returns its `release`, or returns the pid of the running process that holds it. */
export function tryLock(file) {
  mkdirSync(dirname(file), { recursive: true });
  const mine = { pid: process.pid, born: birthOf(process.pid) };
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (claim(file, mine)) return { release: () => releaseIfMine(file, mine) };
    const holder = readHolder(file);
    if (holder && isAlive(holder)) return { heldBy: holder.pid };
    discardStale(file, holder);
  }
  throw new Error(`The lock ${file} cannot be acquired: remove that file if no other copy is running.`);
}

/** Acquires the lock, waiting while another process holds it; `onWait` is called once, with the pid of that process. */
export async function waitForLock(file, onWait) {
  let hasNoted = false;
  for (;;) {
    const lock = tryLock(file);
    if (lock.release) return lock.release;
    if (!hasNoted) onWait(lock.heldBy);
    hasNoted = true;
    await sleep(200);
  }
}

/** Links a complete file to the lock's name, so that no process can read an incomplete one. */
function claim(file, mine) {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, JSON.stringify(mine));
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Moves the stale lock away. If another process replaced it in the meantime, that lock is put back. */
function discardStale(file, stale) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    const moved = readHolder(aside);
    if (moved && (moved.pid !== stale?.pid || moved.born !== stale?.born)) linkSync(aside, file);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function releaseIfMine(file, mine) {
  const holder = readHolder(file);
  if (holder?.pid === mine.pid && holder.born === mine.born) rmSync(file, { force: true });
}

/** Pids are reused; pid and start time together identify a process. */
function isAlive(holder) {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return holder.born === birthOf(holder.pid);
}

/** When a process started, in clock ticks since boot; an empty string on systems without /proc. */
function birthOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return '';
  }
}

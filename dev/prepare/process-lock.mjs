/** Turns a file into a lock that one living process holds, and that a dead one loses. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Takes the lock and returns how to give it back, or the pid of the living process that holds it. */
export function tryLock(file) {
  mkdirSync(dirname(file), { recursive: true });
  const mine = { pid: process.pid, born: birthOf(process.pid) };
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (claim(file, mine)) return { release: () => releaseIfMine(file, mine) };
    const holder = readHolder(file);
    if (holder && isAlive(holder)) return { heldBy: holder.pid };
    discardStale(file, holder);
  }
  throw new Error(`The lock ${file} cannot be taken: remove that file if no other copy is running.`);
}

/** Takes the lock, waiting while a living process holds it; `onWait` is told once whom we wait for. */
export async function waitForLock(file, onWait) {
  let told = false;
  for (;;) {
    const lock = tryLock(file);
    if (lock.release) return lock.release;
    if (!told) onWait(lock.heldBy);
    told = true;
    await sleep(200);
  }
}

/** A full file appears at once under the lock's name, so that nobody ever reads half of one. */
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

/** Moves the stale lock away; when a quicker process has replaced it meanwhile, its lock is put back. */
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

/** A pid is given again after a while; pid and birth together are one process. */
function isAlive(holder) {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return holder.born === birthOf(holder.pid);
}

/** Start of a process in clock ticks since boot, where the system tells it (Linux); else an empty text. */
function birthOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return '';
  }
}

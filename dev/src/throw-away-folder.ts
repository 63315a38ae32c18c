/** Temporary folders that are removed at the end. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClosingList } from './closing-list.js';
import { isAlive } from './wait-until-gone.js';

/** Files of Linux that are kept in memory. */
const inMemory = '/dev/shm';
/** What the stores of a whole test run take is less than half of it. */
const enoughBytes = 4 * 1024 ** 3;

/**
 * Where tests keep the files of their stores: in memory where there is room for them, which takes a fifth of what the kernel does
 * for a disk; else in the temporary folder.
 */
function storesFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(inMemory);
    return bavail * bsize > enoughBytes && freemem() > 2 * enoughBytes ? inMemory : tmpdir();
  } catch {
    return tmpdir(); // not Linux
  }
}

/** Removes what killed processes of this user have left in memory. */
function removeLeftovers(): void {
  for (const name of readdirSync(inMemory)) {
    const folder = join(inMemory, name);
    const pid = /^millrace-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    if (statSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.())
      rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes a folder for the files of stores, which the caller removes; others may enter it, as in {@link makeThrowAwayFolder}. */
export function makeStoresFolder(): string {
  const parent = storesFolder();
  if (parent === inMemory) removeLeftovers();
  return makeFolder(join(parent, `millrace-${process.pid}-`));
}

function makeFolder(prefix: string): string {
  const folder = mkdtempSync(prefix);
  chmodSync(folder, 0o755);
  return folder;
}

/** Makes a folder; others may enter it, since as root our Postgres runs as another user. Secrets in it have modes of their own. */
export function makeThrowAwayFolder(
  closing: ClosingList,
  make = () => makeFolder(join(tmpdir(), 'millrace-')),
): string {
  const folder = make();
  closing.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

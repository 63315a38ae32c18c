import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClosingList } from '../processes/closing-list.js';
import { isAlive } from '../processes/wait-until-gone.js';

/** A file system in memory, on Linux. */
const inMemory = '/dev/shm';
/** The stores of a whole test run use less than half of it. */
const enoughBytes = 4 * 1024 ** 3;

/**
 * Where tests keep the files of their stores: in memory if there is room, which saves four fifths of the kernel's work
 * for a disk, otherwise in the temporary folder.
 */
function storesFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(inMemory);
    return bavail * bsize > enoughBytes && freemem() > 2 * enoughBytes ? inMemory : tmpdir();
  } catch {
    return tmpdir(); // not Linux
  }
}

/** Removes folders that killed processes of this user have left in memory. */
function removeLeftovers(): void {
  for (const name of readdirSync(inMemory)) {
    const folder = join(inMemory, name);
    const pid = /^millrace-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    if (statSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.())
      rmSync(folder, { recursive: true, force: true });
  }
}

/** Creates a folder for the files of stores, which the caller must remove. Readable by all, like {@link makeThrowAwayFolder}. */
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

/** Creates a folder that other users can enter, since as root Postgres runs as another user. Secrets in it need their own modes. */
export function makeThrowAwayFolder(
  closing: ClosingList,
  make = () => makeFolder(join(tmpdir(), 'millrace-')),
): string {
  const folder = make();
  closing.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

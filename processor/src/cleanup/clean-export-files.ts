/** Turns export files past their life, and what exports that were cut off left behind, into nothing. */
import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type CleanupStep, daysBefore } from './cleanup-step.js';

const finishedDays = 7;
const partialDays = 1;

/** What exports are named: a UUID and endings. Whatever else somebody put there is left alone. */
const fileName = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.[a-z0-9]{1,10}){1,3}$/;

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Regular files directly in the folder; links are neither followed nor removed. */
async function filesOf(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && fileName.test(entry.name)).map(({ name }) => name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Removes the file when it is that old; one that somebody else removed meanwhile is not there either. */
async function removeIfOlder(path: string, before: Date): Promise<boolean> {
  try {
    const { mtime } = await lstat(path);
    if (mtime >= before) return false;
    await unlink(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

export const cleanExportFiles: CleanupStep = async ({ exportDir, now }, olderThan = finishedDays) => {
  const removed = { export_files: 0, partial_files: 0 };
  for (const name of await filesOf(exportDir)) {
    const isPartial = name.endsWith('.part');
    const before = daysBefore(now, isPartial ? partialDays : olderThan);
    if (await removeIfOlder(join(exportDir, name), before)) removed[isPartial ? 'partial_files' : 'export_files'] += 1;
  }
  return { removed, kept: [] };
};

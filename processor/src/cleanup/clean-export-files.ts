/** Removes export files that no export refers to, and partial files of exports that were cut off. */
import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isGeneratedFileName } from '@millrace/shared/contract/file-name';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type CleanupStep, daysBefore } from './cleanup-step.js';

const finishedDays = 7;
const partialDays = 1;

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Only regular files with names of our own, directly in the folder. */
async function filesOf(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && isGeneratedFileName(entry.name)).map(({ name }) => name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** False if the file is newer or was already removed. */
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

const findUsedFiles = `/* processor.usedFiles */
select file from exports where file = any($1) and status in ('processing', 'completed')
union all select file from reports where file = any($1)`;

/** Files still in use, however old they are. */
async function usedFiles(pool: Pool, files: string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ file: string }>(findUsedFiles, [files]);
  return new Set(rows.map(({ file }) => file));
}

export const cleanExportFiles: CleanupStep = async ({ pool, exportDir, now }, olderThan = finishedDays) => {
  const removed = { export_files: 0, partial_files: 0 };
  const files = await filesOf(exportDir);
  const inUse = await usedFiles(pool, files);
  for (const name of files.filter((file) => !inUse.has(file))) {
    const isPartial = name.endsWith('.part');
    const before = daysBefore(now, isPartial ? partialDays : olderThan);
    if (await removeIfOlder(join(exportDir, name), before)) removed[isPartial ? 'partial_files' : 'export_files'] += 1;
  }
  return { removed, kept: [] };
};

/** Removes files that no export has any more, and what exports that were cut off left behind. */
import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isGeneratedFileName } from '@millrace/shared/contract/file-name';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type CleanupStep, daysBefore } from './cleanup-step.js';

const finishedDays = 7;
const partialDays = 1;

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Regular files directly in the folder; links, and whatever else somebody put there, are left alone. */
async function filesOf(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && isGeneratedFileName(entry.name)).map(({ name }) => name);
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

const wanted = `/* processor.wantedFiles */
select file from exports where file = any($1) and status in ('processing', 'completed')
union all select file from reports where file = any($1)`;

/** Those of exports that live on, however old they are. */
async function wantedFiles(pool: Pool, files: string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ file: string }>(wanted, [files]);
  return new Set(rows.map(({ file }) => file));
}

export const cleanExportFiles: CleanupStep = async ({ pool, exportDir, now }, olderThan = finishedDays) => {
  const removed = { export_files: 0, partial_files: 0 };
  const files = await filesOf(exportDir);
  const isWanted = await wantedFiles(pool, files);
  for (const name of files.filter((file) => !isWanted.has(file))) {
    const isPartial = name.endsWith('.part');
    const before = daysBefore(now, isPartial ? partialDays : olderThan);
    if (await removeIfOlder(join(exportDir, name), before)) removed[isPartial ? 'partial_files' : 'export_files'] += 1;
  }
  return { removed, kept: [] };
};

import { existsSync } from 'node:fs';
import { link, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CommandError } from '@millrace/shared/commands/command-error';
import { syncFolder, writePart } from './disk-files.js';

const alreadyExists = (path: string) =>
  new CommandError(`${path} already exists: choose another name, or overwrite it with --force.`);

/** Checked before anything is read. @throws CommandError. */
export function refuseExisting(path: string, force: boolean): void {
  if (!force && existsSync(path)) throw alreadyExists(path);
}

/** Atomic. Never replaces an existing file without `force`. */
async function giveName(part: string, path: string, force: boolean): Promise<void> {
  if (force) return rename(part, path);
  try {
    await link(part, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw alreadyExists(path);
    // The file system has no hard links.
    if (code !== 'EPERM' && code !== 'ENOTSUP') throw error;
    return rename(part, path);
  }
  await unlink(part);
}

/** The file appears at `path` only when it is complete. Leaves nothing behind if it fails. */
export async function writeWholeFile(path: string, chunks: AsyncIterable<Uint8Array>, force: boolean): Promise<void> {
  const folder = dirname(path);
  const part = join(folder, `.${basename(path)}.${process.pid}.part`);
  await writePart(part, chunks, 0o666);
  try {
    await giveName(part, path, force);
  } catch (error) {
    await unlink(part).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
}

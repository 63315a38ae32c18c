/** Writes a file of a user's own choice, which is there once it is whole. */
import { existsSync } from 'node:fs';
import { link, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CommandError } from '@millrace/shared/commands/command-database';
import { syncFolder, writePart } from './disk-files.js';

const alreadyThere = (path: string) =>
  new CommandError(`${path} is there already: choose another name, or replace it with --force.`);

/** Asked before anything is read. @throws CommandError. */
export function refuseExisting(path: string, force: boolean): void {
  if (!force && existsSync(path)) throw alreadyThere(path);
}

/** The file gets its name in one step, and takes it from nobody unless it is told to. */
async function giveName(part: string, path: string, force: boolean): Promise<void> {
  if (force) return rename(part, path);
  try {
    await link(part, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw alreadyThere(path);
    // A file system without links.
    if (code !== 'EPERM' && code !== 'ENOTSUP') throw error;
    return rename(part, path);
  }
  await unlink(part);
}

/** Leaves nothing behind when it fails. */
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

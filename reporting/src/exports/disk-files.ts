/** Files that are written whole or not at all, and that survive a crash once they are. */
import { constants } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { gatherChunks } from './gather-chunks.js';

/** Makes a new name, or the end of one, survive a crash. Some systems have no way to do that for folders. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  await handle.sync().catch(() => undefined);
  await handle.close();
}

const writeBytes = 256 * 1024;

/** A file that was not there before; leaves nothing behind when it fails. */
export async function writePart(path: string, chunks: AsyncIterable<Uint8Array>, mode: number): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(path, flags, mode);
  try {
    for await (const chunk of gatherChunks(chunks, writeBytes)) await handle.writeFile(chunk);
    await handle.sync();
  } catch (error) {
    await handle.close().catch(() => undefined);
    await unlink(path).catch(() => undefined);
    throw error;
  }
  await handle.close();
}

/** Atomic, crash-safe file writes. */
import { constants } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { gatherChunks } from './gather-chunks.js';

/** Makes a rename or removal in the folder survive a crash. Some systems cannot sync folders. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  await handle.sync().catch(() => undefined);
  await handle.close();
}

const writeBytes = 256 * 1024;

/** The file must not exist yet. Leaves nothing behind if it fails. */
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

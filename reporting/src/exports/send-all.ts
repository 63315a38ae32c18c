/** Sends a body to its end; a failure midway destroys the connection, so that no part is taken for the whole. */
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

/** A client that leaves is no failure. @throws what the chunks throw. */
export async function sendAll(chunks: AsyncIterable<Uint8Array>, res: Response): Promise<void> {
  await pipeline(chunks, res).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}

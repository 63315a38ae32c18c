/** Turns a byte stream, plain or gzip by its first bytes and not by its name, into plain bytes. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

const CHUNK_BYTES = 64 * 1024;

/** Reads no faster than it is read. `onBytes` hears the size of each chunk as read, before decompression. */
export async function* plainBytes(source: Readable, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  const chunks = counted(source, onBytes);
  const head = await firstBytes(chunks);
  if (head.length === 0) return;
  const whole = withHead(head, chunks);
  if (!isGzip(head)) {
    yield* whole;
    return;
  }
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // The callback may stay empty: a failure of any part destroys `gunzip` and is thrown where it is read.
  pipeline(Readable.from(whole, { objectMode: false }), gunzip, () => {});
  yield* gunzip;
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

async function* counted(source: Readable, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of source as AsyncIterable<Buffer>) {
    onBytes(chunk.length);
    yield chunk;
  }
}

async function firstBytes(chunks: AsyncGenerator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function* withHead(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  yield* rest;
}

/** A byte stream, plain or gzip by its first bytes and not by its name → plain bytes. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { HEAD_BYTES, namePacking } from './name-packing.js';

const CHUNK_BYTES = 64 * 1024;

/** A file that is packed in a way that is not read here. */
export class PackedInput extends Error {
  constructor(
    readonly packing: string,
    readonly unpack: string,
  ) {
    super(`packed: ${packing}`);
  }
}

/**
 * Reads no faster than it is read. `onBytes` hears the size of each chunk as read, before decompression.
 * Throws a PackedInput for other compressions and for archives, before and behind gzip.
 */
export async function* plainBytes(source: Readable, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  yield* unpacked(counted(source, onBytes));
}

async function* unpacked(chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  const head = await firstBytes(chunks);
  const packing = namePacking(head);
  if (packing !== null) throw new PackedInput(packing.name, packing.unpack);
  const whole = withHead(head, chunks);
  if (!isGzip(head)) {
    yield* whole;
    return;
  }
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // The callback may stay empty: a failure of any part destroys `gunzip` and is thrown where it is read.
  pipeline(Readable.from(whole, { objectMode: false }), gunzip, () => {});
  yield* unpacked(gunzip[Symbol.asyncIterator]() as AsyncIterator<Buffer>);
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

/** As many as decide what it is; fewer only where the input ends. */
async function firstBytes(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < HEAD_BYTES) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function* withHead(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

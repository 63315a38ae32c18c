/** Decompresses gzip, recognised by content rather than by file name. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { HEAD_BYTES, namePacking } from './name-packing.js';

const CHUNK_BYTES = 64 * 1024;

/** The file has an unsupported compression or archive format. */
export class PackedInput extends Error {
  constructor(
    readonly packing: string,
    readonly unpack: string,
  ) {
    super(`packed: ${packing}`);
  }
}

/**
 * Yields decompressed bytes, with backpressure. `onBytes` is called with the size of each chunk before decompression.
 * @throws PackedInput for other compression formats and archives, also inside gzip.
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
  // The callback can be empty: any failure destroys `gunzip` and is thrown where it is read.
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

/** Reads enough bytes to recognise the format; fewer only at the end of the input. */
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

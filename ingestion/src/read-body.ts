/** Reads and decompresses request bodies within limits of size, memory and speed, and checks that they are UTF-8. */
import { isAscii, isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Refusal } from '@millrace/shared/platform/errors';
import { createSlots } from '@millrace/shared/platform/slots';
import type { SlowBodies } from '@millrace/shared/platform/slow-bodies';
import type { Holding } from './byte-budget.js';
import type { ParseMemory } from './parse-memory.js';

const maxBodyBytes = 10_000_000;

/** `takeText` returns the text only once, so that it is not kept in memory. */
type BodyResult = { ok: true; takeText(): string } | { ok: false; refusal: Refusal };

export type BodyReader = (req: IncomingMessage, holding: Holding) => Promise<BodyResult | undefined>;

const decompressors = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress };
type Encoding = keyof typeof decompressors;

/** Undefined if a body of this size is allowed. */
function tooLarge(bytes: number, { largestBody }: Holding): Refusal | undefined {
  if (bytes > maxBodyBytes) return { code: 'payload_too_large' };
  if (bytes <= largestBody) return undefined;
  const limit = largestBody < 1_000_000 ? `${largestBody} bytes` : `${Math.floor(largestBody / 1e5) / 10} MB`;
  const message = `This server's memory limits bodies to ${limit}, also after decompression. Send smaller batches.`;
  return { code: 'payload_too_large', message };
}

const refuse = (code: Refusal['code'], message?: string): BodyResult => ({ ok: false, refusal: { code, message } });

const ignore = () => {};

/** Collects the raw bytes. `undefined` if the client has disconnected. */
function collect(req: IncomingMessage, holding: Holding, slow: SlowBodies): Promise<Buffer | Refusal | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let isOver = false;
    const finish = (outcome: Buffer | Refusal | undefined) => {
      isOver = true;
      unwatch();
      resolve(outcome);
    };
    const giveUp = (outcome: Refusal | undefined) => {
      if (isOver) return;
      chunks.length = 0;
      holding.release();
      finish(outcome);
    };
    const body = { bytes: 0, onTooSlow: () => giveUp({ code: 'body_too_slow' }) };
    const unwatch = slow.watch(body);
    // The listeners stay, since removing them costs more than all the rest; later chunks are dropped.
    req.on('data', (chunk: Buffer) => {
      if (isOver) return;
      const refusal = tooLarge(body.bytes + chunk.length, holding);
      if (refusal) return giveUp(refusal);
      if (!holding.reserve(chunk.length)) return giveUp({ code: 'overloaded' });
      body.bytes += chunk.length;
      chunks.push(chunk);
    });
    req.on('end', () => {
      if (!isOver) finish(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    });
    req.on('close', () => giveUp(undefined));
    req.on('error', ignore);
  });
}

/** The size of the thread pool: more would only keep their windows, up to 16 MB each, in memory. */
const decompressions = createSlots(4);

/** Decompresses within the limit and the budget, because a small body can expand to a very large one. */
async function decompress(raw: Buffer, encoding: Encoding, holding: Holding): Promise<Buffer | Refusal> {
  const stream = decompressors[encoding]();
  stream.end(raw);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const refusal = tooLarge(bytes + chunk.length, holding);
      if (refusal) return refusal;
      if (!holding.reserve(chunk.length)) return { code: 'overloaded' };
      bytes += chunk.length;
      chunks.push(chunk);
    }
  } catch {
    return { code: 'malformed_encoding' };
  }
  holding.free(raw.length);
  return Buffer.concat(chunks);
}

function decode(body: Buffer, memory: ParseMemory, holding: Holding): BodyResult {
  const refusal = memory.refuse(body, holding.texts());
  if (refusal) return { ok: false, refusal };
  holding.becomeText();
  // Most bodies are ASCII, for which latin1 is ten times as fast as decoding UTF-8.
  const isPlain = isAscii(body);
  if (!isPlain && !isUtf8(body)) return refuse('malformed_encoding', 'The body is not valid UTF-8.');
  let text = body.toString(isPlain ? 'latin1' : 'utf8');
  const takeText = () => {
    const taken = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    text = '';
    return taken;
  };
  return { ok: true, takeText };
}

/** Trackers in browsers compress beacons, but cannot set the header. No text begins with these bytes. */
const isGzip = (body: Buffer) => body[0] === 0x1f && body[1] === 0x8b;

/**
 * Reads at most 10 MB, both before and after decompression. The bytes of the text stay reserved until the caller releases the
 * reservation. `undefined` if the client has disconnected.
 */
export function createBodyReader(slow: SlowBodies, memory: ParseMemory): BodyReader {
  return async (req, holding) => {
    const encoding = req.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
    if (encoding !== 'identity' && !Object.hasOwn(decompressors, encoding)) return refuse('unsupported_encoding');
    const refusal = tooLarge(Number(req.headers['content-length'] ?? 0), holding);
    if (refusal) return { ok: false, refusal };
    // The client disconnected while its key was looked up.
    if (req.destroyed) return undefined;
    const raw = await collect(req, holding, slow);
    if (raw === undefined) return undefined;
    if (!Buffer.isBuffer(raw)) return { ok: false, refusal: raw };
    if (encoding === 'identity' && !isGzip(raw)) return decode(raw, memory, holding);
    const known = encoding === 'identity' ? 'gzip' : (encoding as Encoding);
    const body = await decompressions.run(() => decompress(raw, known, holding));
    return Buffer.isBuffer(body) ? decode(body, memory, holding) : { ok: false, refusal: body };
  };
}

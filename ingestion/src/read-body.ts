/** Reads the body of a request: decompressed, within the limits of size, memory and patience, valid UTF-8. */
import { isAscii, isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Refusal } from '@millrace/shared/platform/errors';
import { createSlots } from '@millrace/shared/platform/slots';
import type { SlowBodies } from '@millrace/shared/platform/slow-bodies';
import type { Holding } from './byte-budget.js';
import type { ParseMemory } from './parse-memory.js';

export const maxBodyBytes = 10_000_000;

/** `takeText` hands the text over: it is not kept, and a second call gets nothing. */
export type BodyResult = { ok: true; takeText(): string } | { ok: false; refusal: Refusal };

export type BodyReader = (req: IncomingMessage, holding: Holding) => Promise<BodyResult | undefined>;

const decompressors = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress };
type Encoding = keyof typeof decompressors;

/** Undefined when `bytes` may still become a body. */
function tooLarge(bytes: number, { largestBody }: Holding): Refusal | undefined {
  if (bytes > maxBodyBytes) return { code: 'payload_too_large' };
  if (bytes <= largestBody) return undefined;
  const limit = largestBody < 1_000_000 ? `${largestBody} bytes` : `${Math.floor(largestBody / 1e5) / 10} MB`;
  const message = `With its memory this server takes bodies up to ${limit}, also after decompression. Send smaller batches.`;
  return { code: 'payload_too_large', message };
}

const refuse = (code: Refusal['code'], message?: string): BodyResult => ({ ok: false, refusal: { code, message } });

const ignore = () => {};

/** Collects the raw bytes. `undefined` when the client has gone. */
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
    // The listeners stay, since removing them costs more than the rest of this; what comes after the end of it is dropped.
    req.on('data', (chunk: Buffer) => {
      if (isOver) return;
      const refusal = tooLarge(body.bytes + chunk.length, holding);
      if (refusal) return giveUp(refusal);
      if (!holding.take(chunk.length)) return giveUp({ code: 'overloaded' });
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

/** As many as there are threads for it: more would only hold their windows, up to 16 MB each, at the same time. */
const decompressions = createSlots(4);

/** Decompresses within limit and budget, from which the result is taken: a small body can stand for a very large one. */
async function decompress(raw: Buffer, encoding: Encoding, holding: Holding): Promise<Buffer | Refusal> {
  const stream = decompressors[encoding]();
  stream.end(raw);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const refusal = tooLarge(bytes + chunk.length, holding);
      if (refusal) return refusal;
      if (!holding.take(chunk.length)) return { code: 'overloaded' };
      bytes += chunk.length;
      chunks.push(chunk);
    }
  } catch {
    return { code: 'malformed_encoding' };
  }
  holding.give(raw.length);
  return Buffer.concat(chunks);
}

function decode(body: Buffer, memory: ParseMemory, holding: Holding): BodyResult {
  const refusal = memory.refuse(body, holding.texts());
  if (refusal) return { ok: false, refusal };
  holding.becomeText();
  // Most bodies are ASCII, whose bytes are the characters: ten times as fast as decoding them.
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

/** Some browsers' trackers compress what they send, and cannot say so. No text begins with these bytes. */
const isGzip = (body: Buffer) => body[0] === 0x1f && body[1] === 0x8b;

/**
 * Reads at most 10 MB, counted raw and again decompressed, so that a small compressed body cannot grow without limit. What the
 * text takes stays in the holding, which the caller releases. `undefined` when the client has gone: there is no one to answer.
 */
export function createBodyReader(slow: SlowBodies, memory: ParseMemory): BodyReader {
  return async (req, holding) => {
    const encoding = req.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
    if (encoding !== 'identity' && !Object.hasOwn(decompressors, encoding)) return refuse('unsupported_encoding');
    const refusal = tooLarge(Number(req.headers['content-length'] ?? 0), holding);
    if (refusal) return { ok: false, refusal };
    // It left while its key was looked up.
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

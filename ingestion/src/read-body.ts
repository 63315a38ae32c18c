/** Turns a request's stream into the text of its body: decompressed, within the limit, valid UTF-8. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Refusal } from '@millrace/shared/errors';

export const maxBodyBytes = 10_000_000;

/**
 * `heldBytes` stay taken from the budget until the caller has answered and gives them back. `takeText` hands the text over:
 * it is not kept, and a second call gets nothing.
 */
export type BodyResult = { ok: true; takeText(): string; heldBytes: number } | { ok: false; refusal: Refusal };

/** Counts the bytes of all requests in work in this process; `take` says no when there are too many. */
export interface ByteBudget {
  take(bytes: number): boolean;
  give(bytes: number): void;
  readonly used: number;
}

export function createByteBudget(limit: number): ByteBudget {
  let used = 0;
  return {
    take(bytes) {
      if (used + bytes > limit) return false;
      used += bytes;
      return true;
    },
    give(bytes) {
      used -= bytes;
    },
    get used() {
      return used;
    },
  };
}

const decompressors = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress };
type Encoding = keyof typeof decompressors;

const refuse = (code: Refusal['code'], message?: string): BodyResult => ({ ok: false, refusal: { code, message } });

/** Collects the raw bytes and takes them from the budget. `undefined` when the client went away. */
function collect(req: IncomingMessage, budget: ByteBudget): Promise<Buffer | Refusal | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const giveUp = (outcome: Refusal | undefined) => {
      req.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close').resume();
      budget.give(bytes);
      resolve(outcome);
    };
    req.on('data', (chunk: Buffer) => {
      if (bytes + chunk.length > maxBodyBytes) return giveUp({ code: 'payload_too_large' });
      if (!budget.take(chunk.length)) return giveUp({ code: 'overloaded' });
      bytes += chunk.length;
      chunks.push(chunk);
    });
    req.on('end', () => {
      req.removeAllListeners('close');
      resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    });
    req.on('close', () => giveUp(undefined));
    req.on('error', () => {});
  });
}

/** Decompresses within limit and budget, from which the result is taken: a small body can stand for a very large one. */
async function decompress(raw: Buffer, encoding: Encoding, budget: ByteBudget): Promise<Buffer | Refusal> {
  const stream = decompressors[encoding]();
  stream.end(raw);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const giveUp = (code: Refusal['code']): Refusal => {
    budget.give(bytes);
    return { code };
  };
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (bytes + chunk.length > maxBodyBytes) return giveUp('payload_too_large');
      if (!budget.take(chunk.length)) return giveUp('overloaded');
      bytes += chunk.length;
      chunks.push(chunk);
    }
  } catch {
    return giveUp('malformed_encoding');
  }
  return Buffer.concat(chunks);
}

function decode(body: Buffer): BodyResult {
  if (!isUtf8(body)) return refuse('malformed_encoding', 'The body is not valid UTF-8.');
  let text = body.toString();
  const takeText = () => {
    const taken = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    text = '';
    return taken;
  };
  return { ok: true, takeText, heldBytes: body.length };
}

/**
 * Reads at most 10 MB, counted raw and again decompressed, so that a small compressed body cannot grow without limit.
 * `undefined` when the client went away: nobody is left to answer.
 */
export async function readBody(req: IncomingMessage, budget: ByteBudget): Promise<BodyResult | undefined> {
  const encoding = req.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && !Object.hasOwn(decompressors, encoding)) return refuse('unsupported_encoding');
  if (Number(req.headers['content-length'] ?? 0) > maxBodyBytes) return refuse('payload_too_large');
  const raw = await collect(req, budget);
  if (raw === undefined) return undefined;
  if (!Buffer.isBuffer(raw)) return { ok: false, refusal: raw };
  if (encoding === 'identity') return releaseUnlessOk(decode(raw), raw.length, budget);
  const body = await decompress(raw, encoding as Encoding, budget);
  budget.give(raw.length);
  if (!Buffer.isBuffer(body)) return { ok: false, refusal: body };
  return releaseUnlessOk(decode(body), body.length, budget);
}

function releaseUnlessOk(result: BodyResult, bytes: number, budget: ByteBudget): BodyResult {
  if (!result.ok) budget.give(bytes);
  return result;
}

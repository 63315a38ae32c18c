import { isUtf8 } from 'node:buffer';
import express, { type Request, type Response } from 'express';
import { type ErrorCode, ServiceError } from './errors.js';
import { parseExactJson } from './exact-json.js';
import { createSlowBodies, type SlowBodies } from './slow-bodies.js';

/** Error types of body-parser, mapped to ours. */
const refusals: Record<string, { code: ErrorCode; message?: string }> = {
  'entity.parse.failed': { code: 'malformed_json' },
  'encoding.unsupported': { code: 'unsupported_encoding' },
  'charset.unsupported': { code: 'unsupported_media_type', message: 'Send application/json in UTF-8.' },
  'body.not.utf8': { code: 'malformed_encoding', message: 'The body is not valid UTF-8.' },
  'request.aborted': { code: 'malformed_encoding' },
  'request.size.invalid': { code: 'malformed_encoding' },
};

interface BodyError extends Error {
  type?: string;
  status?: number;
}

type Limit = `${number} ${'KB' | 'MB'}`;

function bytesOf(limit: Limit): number {
  const [amount, unit] = limit.split(' ');
  return Number(amount) * (unit === 'MB' ? 1024 ** 2 : 1024);
}

const tooLarge = (limit: Limit) =>
  new ServiceError('payload_too_large', `The body is too large; the limit is ${limit}.`);

function toServiceError(error: BodyError, limit: Limit): unknown {
  if (error.type === 'entity.too.large') return tooLarge(limit);
  const known = refusals[error.type ?? ''];
  if (known) return new ServiceError(known.code, known.message);
  // Corrupt compression is the only remaining cause of this status.
  return error.status === 400 ? new ServiceError('malformed_encoding') : error;
}

type JsonReader = (req: Request, res: Response) => Promise<unknown>;

/** Rejects if the body arrives too slowly. Returns the function that stops watching. */
function watch(slow: SlowBodies, { socket }: Request, reject: (error: ServiceError) => void): () => void {
  const before = socket.bytesRead;
  return slow.watch({
    get bytes() {
      return socket.bytesRead - before;
    },
    onTooSlow: () => reject(new ServiceError('body_too_slow')),
  });
}

/** Rejects as soon as the limit is passed, compressed or not. body-parser rejects only after it has read the whole body. */
function limitBytes(limit: Limit, req: Request, reject: (error: ServiceError) => void): void {
  let allowed = bytesOf(limit);
  if (Number(req.headers['content-length'] ?? 0) > allowed) reject(tooLarge(limit));
  req.on('data', (chunk: Buffer) => {
    allowed -= chunk.length;
    if (allowed < 0) reject(tooLarge(limit));
  });
}

/**
 * Reads any JSON value up to `limit`, such as `100 KB`, with numbers as doubles.
 * @throws ServiceError if the content type is not JSON, or the body is too large or invalid.
 */
export function createJsonReader(limit: Limit): JsonReader {
  return readerOf(limit, express.json({ limit: bytesOf(limit), strict: false }), (body) => body);
}

/**
 * The same for UTF-8 only, with every digit of numbers as {@link parseExactJson} keeps them. Such values must be written with
 * `stringifyExactJson`.
 */
export function createExactJsonReader(limit: Limit): JsonReader {
  const texts = new WeakMap<object, string>();
  const keepText = (req: object, _res: object, bytes: Buffer, charset: string) => {
    if (charset !== 'utf-8') throw Object.assign(new Error(charset), { type: 'charset.unsupported' });
    // Decoding would silently replace the invalid bytes.
    if (!isUtf8(bytes)) throw Object.assign(new Error('not UTF-8'), { type: 'body.not.utf8' });
    texts.set(req, new TextDecoder().decode(bytes));
  };
  const parse = express.json({ limit: bytesOf(limit), strict: false, verify: keepText });
  return readerOf(limit, parse, (body, req) => {
    const text = texts.get(req);
    return text ? parseExactJson(text) : body;
  });
}

function readerOf(
  limit: Limit,
  parse: ReturnType<typeof express.json>,
  toValue: (body: unknown, req: Request) => unknown,
): JsonReader {
  const slow = createSlowBodies();
  const read: JsonReader = (req, res) =>
    new Promise((resolve, reject) => {
      const unwatch = watch(slow, req, reject);
      limitBytes(limit, req, reject);
      parse(req, res, (error?: BodyError) => {
        unwatch();
        if (error) reject(toServiceError(error, limit));
        else if (req.body !== undefined) resolve(req.body);
        else
          reject(
            new ServiceError(
              'unsupported_media_type',
              "Send a body of type application/json; curl needs -H 'content-type: application/json'.",
            ),
          );
      });
    });
  return async (req, res) => toValue(await read(req, res), req);
}

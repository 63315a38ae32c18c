/** Turns the body of a request into the JSON value it holds, or into a refusal of the catalogue. */

import express, { type Request, type Response } from 'express';
import { type ErrorCode, ServiceError } from './errors.js';

/** What body-parser says → what we say. */
const refusals: Record<string, { code: ErrorCode; message?: string }> = {
  'entity.parse.failed': { code: 'malformed_json' },
  'encoding.unsupported': { code: 'unsupported_encoding' },
  'charset.unsupported': { code: 'unsupported_media_type', message: 'Send application/json in UTF-8.' },
  'request.aborted': { code: 'malformed_encoding' },
  'request.size.invalid': { code: 'malformed_encoding' },
};

interface BodyError extends Error {
  type?: string;
  status?: number;
}

function toServiceError(error: BodyError, limit: string): unknown {
  if (error.type === 'entity.too.large') {
    return new ServiceError('payload_too_large', `The body is too large; the limit is ${limit}.`);
  }
  const known = refusals[error.type ?? ''];
  if (known) return new ServiceError(known.code, known.message);
  // What is left with this status comes from a broken compression.
  return error.status === 400 ? new ServiceError('malformed_encoding') : error;
}

/**
 * Reads any JSON value up to `limit`, such as `100 KB`. @throws ServiceError for a body that is not called JSON, is too long or is
 * none.
 */
export function createJsonReader(limit: `${number} ${'KB' | 'MB'}`): (req: Request, res: Response) => Promise<unknown> {
  const parse = express.json({ limit: limit.replace(' ', ''), strict: false });
  return (req, res) =>
    new Promise((resolve, reject) => {
      parse(req, res, (error?: BodyError) => {
        if (error) reject(toServiceError(error, limit));
        else if (req.body !== undefined) resolve(req.body);
        else reject(new ServiceError('unsupported_media_type', 'Send a body of type application/json.'));
      });
    });
}

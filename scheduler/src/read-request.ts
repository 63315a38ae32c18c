/** Turns the parts of a request into values that keep their schema, or into a refusal that names the field. */
import { ServiceError } from '@millrace/shared/errors';
import express, { type Request, type Response } from 'express';
import Joi from 'joi';

const parse = express.json({ limit: '1mb', strict: false });

interface BodyError extends Error {
  type?: string;
}

function toServiceError(error: BodyError): ServiceError {
  if (error.type === 'entity.too.large') {
    return new ServiceError('payload_too_large', 'The body is too large; the limit is 1 MB.');
  }
  if (error.type === 'entity.parse.failed') return new ServiceError('malformed_json');
  if (error.type === 'encoding.unsupported') return new ServiceError('unsupported_encoding');
  if (error.type === 'charset.unsupported') return new ServiceError('unsupported_media_type');
  return new ServiceError('malformed_encoding');
}

/** @throws ServiceError `invalid_request` with the field in its details. */
export function checkRequest<T>(schema: Joi.Schema<T>, given: unknown): T {
  const { error, value } = schema.validate(given, { errors: { wrap: { label: false } } });
  if (!error) return value;
  const [first] = error.details;
  throw new ServiceError('invalid_request', `${first!.message}.`, { field: first!.path.join('.') });
}

/** NUL and unpaired surrogates as JSON.stringify writes them, after an even number of backslashes. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/** The JSON body, checked; no body counts as `{}`. @throws ServiceError for one that is no JSON or breaks the schema. */
export async function readBody<T>(req: Request, res: Response, schema: Joi.Schema<T>): Promise<T> {
  await new Promise<void>((resolve, reject) => {
    parse(req, res, (error?: BodyError) => (error ? reject(toServiceError(error)) : resolve()));
  });
  const hasBody = Number(req.headers['content-length'] ?? 0) > 0 || req.headers['transfer-encoding'] !== undefined;
  if (req.body === undefined && hasBody) {
    throw new ServiceError('unsupported_media_type', 'Send a body of type application/json.');
  }
  const checked = checkRequest(schema, req.body ?? {});
  if (unstorable.test(JSON.stringify(req.body ?? {}))) {
    throw new ServiceError('invalid_request', 'Neither NUL nor half a surrogate pair can be stored.');
  }
  return checked;
}

/** Parameters of a page of a list. */
export const pageSchema = {
  page: Joi.number().integer().min(1).max(1_000_000).default(1),
  limit: Joi.number().integer().min(1).max(500).default(50),
};

export interface Page {
  page: number;
  limit: number;
}

/** Rows before the page. */
export const offsetOf = ({ page, limit }: Page) => (page - 1) * limit;

/** Sends what was asked for in the envelope of this API. */
export const sendData = (res: Response, data: unknown, status = 200) =>
  void res.status(status).json({ success: true, data });

/** Turns the parts of a request into values that keep their schema, or into a refusal that names the field. */

import { ruleMessages } from '@millrace/shared/contract/rule-messages';
import { ServiceError } from '@millrace/shared/platform/errors';
import { createExactJsonReader, createJsonReader } from '@millrace/shared/platform/read-json';
import type { Request, Response } from 'express';
import Joi from 'joi';
import { isStorable, isTooDeep } from './is-storable.js';

const readJson = createJsonReader('1 MB');
const readExactJson = createExactJsonReader('1 MB');

/** @throws ServiceError `invalid_request` with the field in its details. */
export function checkRequest<T>(schema: Joi.Schema<T>, given: unknown): T {
  const { error, value } = schema.validate(given, {
    errors: { wrap: { label: false, array: false } },
    messages: ruleMessages,
  });
  if (!error) return value;
  const [first] = error.details;
  throw new ServiceError('invalid_request', `${first!.message}.`, { field: first!.path.join('.') });
}

const hasBody = ({ headers }: Request) =>
  Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;

async function checkedBody<T>(req: Request, res: Response, schema: Joi.Schema<T>, read: typeof readJson): Promise<T> {
  const body = hasBody(req) ? await read(req, res) : {};
  if (isTooDeep(body))
    throw new ServiceError('invalid_request', 'The body is nested too deep: 100 levels are allowed.');
  const checked = checkRequest(schema, body);
  if (!isStorable(body)) {
    throw new ServiceError('invalid_request', 'Neither NUL nor half a surrogate pair can be stored.');
  }
  return checked;
}

/** The JSON body, checked; no body counts as `{}`. @throws ServiceError for one that is no JSON or breaks the schema. */
export const readBody = <T>(req: Request, res: Response, schema: Joi.Schema<T>): Promise<T> =>
  checkedBody(req, res, schema, readJson);

/** The same with every digit of its numbers, for what is written out by `stringifyExactJson` or `serializeEvent`. */
export const readExactBody = <T>(req: Request, res: Response, schema: Joi.Schema<T>): Promise<T> =>
  checkedBody(req, res, schema, readExactJson);

/** Of what needs no more than its address. */
export const nothingSchema = Joi.object({});

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

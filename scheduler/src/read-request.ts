/** Validates request bodies and query parameters, and sends responses in the envelope of this API. */
import { ruleMessages } from '@millrace/shared/contract/rule-messages';
import { ServiceError } from '@millrace/shared/platform/errors';
import { stringifyExactJson } from '@millrace/shared/platform/exact-json';
import { createExactJsonReader, createJsonReader } from '@millrace/shared/platform/read-json';
import type { Request, Response } from 'express';
import Joi from 'joi';

const maxLevels = 100;

/** Not recursive: a 1 MB body can have 500,000 levels, which overflow the stack. */
function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxLevels) return true;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}

/** A JSON escape of NUL or of a surrogate, after an even number of backslashes. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/** The database and the queue can store neither NUL nor unpaired surrogates. */
export const isStorable = (value: unknown): boolean => !isTooDeep(value) && !unstorable.test(stringifyExactJson(value));

/** Messages without quotes around fields and values. */
export const validation: Joi.ValidationOptions = {
  errors: { wrap: { label: false, array: false } },
  messages: ruleMessages,
};

const readJson = createJsonReader('1 MB');
const readExactJson = createExactJsonReader('1 MB');

function problemOf({ details: [first] }: Joi.ValidationError): { problem: string; field: string } {
  return { problem: `${first!.message}.`, field: first!.path.join('.') };
}

/** The first problem as a sentence; undefined for a valid value. */
export function findProblem(schema: Joi.Schema, given: unknown): string | undefined {
  const { error } = schema.validate(given, validation);
  return error && problemOf(error).problem;
}

/** @throws ServiceError `invalid_request` with the field in its details. */
export function checkRequest<T>(schema: Joi.Schema<T>, given: unknown): T {
  const { error, value } = schema.validate(given, validation);
  if (!error) return value;
  const { problem, field } = problemOf(error);
  throw new ServiceError('invalid_request', problem, { field });
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

const hasBody = ({ headers }: Request) =>
  Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;

async function checkedBody<T>(req: Request, res: Response, schema: Joi.Schema<T>, read: typeof readJson): Promise<T> {
  const body = hasBody(req) ? await read(req, res) : {};
  if (isTooDeep(body))
    throw new ServiceError('invalid_request', 'The body is nested too deep: at most 100 levels are allowed.');
  if (!isObject(body)) throw new ServiceError('invalid_request', 'The body must be a JSON object.');
  const checked = checkRequest(schema, body);
  if (!isStorable(body)) {
    throw new ServiceError('invalid_request', 'The body must not contain NUL or unpaired surrogates.');
  }
  return checked;
}

/** Reads and validates the JSON body; no body counts as `{}`. @throws ServiceError for invalid JSON or an invalid body. */
export const readBody = <T>(req: Request, res: Response, schema: Joi.Schema<T>): Promise<T> =>
  checkedBody(req, res, schema, readJson);

/** Like {@link readBody}, but keeps all digits of numbers, for `stringifyExactJson` and `serializeEvent`. */
export const readExactBody = <T>(req: Request, res: Response, schema: Joi.Schema<T>): Promise<T> =>
  checkedBody(req, res, schema, readExactJson);

/** For requests without a body. */
export const nothingSchema = Joi.object({});

export const pageSchema = {
  page: Joi.number().integer().min(1).max(1_000_000).default(1),
  limit: Joi.number().integer().min(1).max(500).default(50),
};

export interface Page {
  page: number;
  limit: number;
}

/** The requested page of a list. */
export const readPage = (req: Request): Page => checkRequest(Joi.object<Page>(pageSchema), req.query);

/** A path parameter that is safe to look up. */
export const pathId = (req: Request, maxLength = 200): string =>
  String(req.params.id).slice(0, maxLength).replaceAll('\0', '');

/** For changes: any of the fields, to be validated once merged with the stored ones. */
export const changeSchema = (fields: object) =>
  Joi.object(Object.fromEntries(Object.keys(fields).map((name) => [name, Joi.any()])))
    .min(1)
    .messages({ 'object.min': `The body must have at least one of ${Object.keys(fields).join(', ')}` });

/** Number of rows before the page. */
export const offsetOf = ({ page, limit }: Page) => (page - 1) * limit;

export const sendData = (res: Response, data: unknown, status = 200) =>
  void res.status(status).json({ success: true, data });

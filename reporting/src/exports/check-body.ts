/** What was sent, by its schema, with defaults filled in. */
import type Joi from 'joi';
import { refusal } from '../query-request/refuse.js';

/** Numbers of an address are text. @throws ServiceError `invalid_request` that names the parameter. */
export const checkQuery = <T>(schema: Joi.ObjectSchema<T>, query: unknown): T => check(schema, query, true);

/** @throws ServiceError `invalid_request` that names the field. */
export const checkBody = <T>(schema: Joi.ObjectSchema<T>, body: unknown): T => check(schema, body, false);

function check<T>(schema: Joi.ObjectSchema<T>, body: unknown, convert: boolean): T {
  const given = schema.required().prefs({ convert, errors: { label: false, wrap: { array: false } } });
  const { error, value } = given.validate(body);
  if (!error) return value;
  const { path, message, type } = error.details[0]!;
  const known = Object.keys(schema.describe().keys as object).join(', ');
  throw refusal(path, type === 'object.unknown' ? `is not known here; there are ${known}` : message);
}

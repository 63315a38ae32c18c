/** A body by its schema, with defaults filled in. */
import type Joi from 'joi';
import { refusal } from '../query-request/refuse.js';

/** @throws ServiceError `invalid_request` that names the field. */
export function checkBody<T>(schema: Joi.ObjectSchema<T>, body: unknown): T {
  const given = schema.required().prefs({ convert: false, errors: { label: false, wrap: { array: false } } });
  const { error, value } = given.validate(body);
  if (!error) return value;
  const { path, message, type } = error.details[0]!;
  const known = Object.keys(schema.describe().keys as object).join(', ');
  throw refusal(path, type === 'object.unknown' ? `is not known here; there are ${known}` : message);
}

import { ruleMessages } from '@millrace/shared/contract/rule-messages';
import type Joi from 'joi';
import { refusal } from '../query-request/refuse.js';

/** Query strings have only text, so numbers and booleans are converted. @throws ServiceError `invalid_request` that names the parameter. */
export const checkQuery = <T>(schema: Joi.ObjectSchema<T>, query: unknown): T => check(schema, query, 'parameter');

/** @throws ServiceError `invalid_request` that names the field. */
export const checkBody = <T>(schema: Joi.ObjectSchema<T>, body: unknown): T => check(schema, body, 'field');

function check<T>(schema: Joi.ObjectSchema<T>, given: unknown, kind: 'parameter' | 'field'): T {
  const convert = kind === 'parameter';
  const strict = schema.required().prefs({ convert, errors: { label: false, wrap: { array: false } } });
  const { error, value } = strict.validate(given, { messages: ruleMessages });
  if (!error) return value;
  const { path, message, type } = error.details[0]!;
  const known = Object.keys(schema.describe().keys as object).join(', ');
  throw refusal(path, type === 'object.unknown' ? `is not a ${kind} of this request; it takes ${known}` : message);
}

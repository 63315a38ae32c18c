/** Schemas of job templates in requests. */
import { findQueue, queueNames } from '@millrace/shared/contract/jobs';
import { ServiceError } from '@millrace/shared/platform/errors';
import { parseInstant } from '@millrace/shared/time/instant';
import { isTimeZone } from '@millrace/shared/time/time';
import Joi from 'joi';
import { jobOptionsSchema } from '../queues/queue-requests.js';
import { changeSchema, checkRequest } from '../read-request.js';
import { findTemplateProblem } from './check-template.js';
import type { TemplateFields } from './template-rows.js';

const maxParamsLength = 65_536;

/** Each parameter can be used a hundred times. */
const notTooLong: Joi.CustomValidator<object> = (params, helpers) =>
  JSON.stringify(params).length > maxParamsLength ? helpers.error('params.length') : params;

export const paramsSchema = Joi.object()
  .custom(notTooLong)
  .messages({ 'params.length': `{{#label}} must have at most ${maxParamsLength} characters in total` });

const plainIdSchema = Joi.string()
  .max(64)
  .pattern(/^[A-Za-z0-9._-]+$/)
  .messages({ 'string.pattern.base': '{{#label}} must contain only letters, digits, dots, underscores and hyphens' });
export const siteIdSchema = plainIdSchema;

/** Clients resolve `.` and `..` in a URL path, so such a template could not be addressed. */
export const templateIdSchema = plainIdSchema
  .invalid('.', '..')
  .messages({ 'any.invalid': '{{#label}} must not consist of dots only' });

const fields = {
  name: Joi.string().max(128).required(),
  description: Joi.string().max(1_000).allow(null).default(null),
  queue: Joi.valid(...queueNames.filter((name) => findQueue(name)?.addedBy !== 'ingestion')).required(),
  job: Joi.string().max(128).required(),
  data: Joi.object().default({}),
  params: paramsSchema.default({}),
  options: jobOptionsSchema.default({}),
};

const whole = Joi.object<TemplateFields>(fields).required();
export const newTemplateSchema = Joi.object<TemplateFields & { id?: string }>({
  id: templateIdSchema,
  ...fields,
}).required();
/** Absent fields are kept. */
export const templateChangeSchema = changeSchema(fields);

/** @throws ServiceError if no valid job can be made from the template. */
export function checkTemplate(given: TemplateFields, now: Date): TemplateFields {
  const wrong = findTemplateProblem(given, now);
  if (wrong) throw new ServiceError('invalid_request', wrong.problem, { field: wrong.field });
  return given;
}

/** Applies a change to a template and validates the result. */
export function changedTemplate(before: TemplateFields, change: object, now: Date): TemplateFields {
  const { name, description, queue, job, data, params, options } = before;
  const merged = { name, description, queue, job, data, params, options, ...change };
  return checkTemplate(checkRequest(whole, merged), now);
}

/** A request to add a job from a template. */
export interface TemplateUse {
  params: Record<string, unknown>;
  site_id?: string;
  /** The instant for `{{date}}` and the like; now if absent. */
  at?: Date;
  timezone: string;
  options: TemplateFields['options'];
}

export const templateUseSchema = Joi.object<TemplateUse>({
  params: paramsSchema.default({}),
  site_id: siteIdSchema,
  at: Joi.date()
    .iso()
    .min('2000-01-01')
    .max('2199-12-31')
    .custom((at: Date, { original, error }) => (parseInstant(original) === undefined ? error('instant.real') : at))
    .messages({ 'instant.real': '{{#label}} must be an instant with a time zone, such as 2026-01-31T12:00:00Z' }),
  timezone: Joi.string()
    .max(64)
    .custom((zone: string, helpers) => (isTimeZone(zone) ? zone : helpers.error('zone.unknown')))
    .messages({ 'zone.unknown': '{{#label}} must be an IANA time zone such as Europe/Berlin' })
    .default('UTC'),
  options: jobOptionsSchema.default({}),
});

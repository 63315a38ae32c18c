/** What is sent about job templates, as fields that can be stored or a refusal that names what is wrong. */

import { findQueue, queueNames } from '@millrace/shared/contract/jobs';
import { ServiceError } from '@millrace/shared/platform/errors';
import { parseInstant } from '@millrace/shared/time/instant';
import { isTimeZone } from '@millrace/shared/time/time';
import Joi from 'joi';
import { jobOptionsSchema } from '../queues/queue-requests.js';
import { checkRequest } from '../read-request.js';
import { findTemplateProblem } from './check-template.js';
import type { TemplateFields } from './template-rows.js';

const maxParamsLength = 65_536;

/** Each may be used a hundred times. */
const notTooLong: Joi.CustomValidator<object> = (params, helpers) =>
  JSON.stringify(params).length > maxParamsLength ? helpers.error('params.length') : params;

export const paramsSchema = Joi.object()
  .custom(notTooLong)
  .messages({ 'params.length': `{{#label}} may have ${maxParamsLength} characters in all` });

const plainIdSchema = Joi.string()
  .max(64)
  .pattern(/^[A-Za-z0-9._-]+$/)
  .messages({ 'string.pattern.base': '{{#label}} may hold only letters, digits, dot, underscore and hyphen' });
export const siteIdSchema = plainIdSchema;

/** In a path, clients take one or two dots alone for a folder: nobody could address such a template. */
export const templateIdSchema = plainIdSchema
  .invalid('.', '..')
  .messages({ 'any.invalid': '{{#label}} must be more than dots' });

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
/** Any part of it; what is left out stays. */
export const templateChangeSchema = Joi.object(
  Object.fromEntries(Object.keys(fields).map((name) => [name, Joi.any()])),
).min(1);

/** @throws ServiceError for a template that no job could be made of. */
export function checkTemplate(given: TemplateFields, now: Date): TemplateFields {
  const wrong = findTemplateProblem(given, now);
  if (wrong) throw new ServiceError('invalid_request', wrong.problem, { field: wrong.field });
  return given;
}

/** The fields of a template after a change to some of them. */
export function changedTemplate(before: TemplateFields, change: object, now: Date): TemplateFields {
  const { name, description, queue, job, data, params, options } = before;
  const merged = { name, description, queue, job, data, params, options, ...change };
  return checkTemplate(checkRequest(whole, merged), now);
}

/** What a job is made of a template with. */
export interface TemplateUse {
  params: Record<string, unknown>;
  site_id?: string;
  /** The instant that `{{date}}` and the like are of; now when it is absent. */
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
    .messages({ 'instant.real': '{{#label}} must be an instant with its zone such as 2026-01-31T12:00:00Z' }),
  timezone: Joi.string()
    .max(64)
    .custom((zone: string, helpers) => (isTimeZone(zone) ? zone : helpers.error('zone.unknown')))
    .messages({ 'zone.unknown': '{{#label}} must be an IANA time zone such as Europe/Berlin' })
    .default('UTC'),
  options: jobOptionsSchema.default({}),
});

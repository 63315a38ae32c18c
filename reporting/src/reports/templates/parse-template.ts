/** What is sent about templates, as fields that can be stored. */

import { siteIdPattern } from '@millrace/shared/contract/ids';
import { periodTypes } from '@millrace/shared/contract/job-data';
import { ruleMessages } from '@millrace/shared/contract/rule-messages';
import { parseWebhook } from '@millrace/shared/outbound/parse-webhook';
import { ServiceError } from '@millrace/shared/platform/errors';
import { stringifyExactJson } from '@millrace/shared/platform/exact-json';
import Joi from 'joi';
import { keptMetadata } from '../../exports/format-options.js';
import { formats } from '../../exports/formats/formats.js';
import { refusal } from '../../query-request/refuse.js';
import { checkDataset } from './dataset-request.js';
import { namedSchedules, type Recipient, type ScheduleName, scheduleNames, type TemplateFields } from './template.js';
import { checkCron, periodOfCron } from './template-schedule.js';

const formatNames = Object.keys(formats);
export const mostRecipients = 100;

/** Control characters, and what makes text run backwards, have no place in a name that stands in mails. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const line = (max: number) =>
  Joi.string()
    .custom((text: string, helpers) => {
      const clean = text.replace(unseen, ' ').toWellFormed().trim();
      return clean === '' || clean.length > max ? helpers.error('text.line', { max }) : clean;
    })
    .messages({ 'text.line': 'must have 1 to {{#max}} visible characters' });

/** One plain address: neither a list nor a display name, nothing that could be read as another header. */
const address = Joi.string()
  .max(254)
  .email({ tlds: false })
  .messages({ 'string.email': 'must be one plain e-mail address such as anna@example.org' });

const recipient = Joi.alternatives(
  address,
  Joi.object<Recipient>({ address: address.required(), name: line(100) }),
).prefs({ convert: false });

/** Twice the same address would be one row of the ledger, and one mail. */
const byAddress = (recipients: (string | Recipient)[]): Recipient[] => {
  const all = recipients.map((each) => (typeof each === 'string' ? { address: each } : each));
  return [...new Map(all.map((each) => [each.address.toLowerCase(), each])).values()];
};

export const recipientsSchema = Joi.array()
  .items(recipient)
  .max(mostRecipients)
  .custom(byAddress)
  .messages({ 'array.max': `must not have more than ${mostRecipients} addresses` });

const webhook = Joi.string()
  .max(2_048)
  .custom(checkWebhook)
  .allow(null)
  .messages({ 'webhook.url': 'cannot be posted to: {{#problem}}' });

/** As webhooks of alerts are checked. */
function checkWebhook(text: string, helpers: Joi.CustomHelpers) {
  const { allowPrivate = false } = (helpers.prefs.context ?? {}) as BodySettings;
  const { problem } = parseWebhook(text, allowPrivate);
  return problem === undefined ? text : helpers.error('webhook.url', { problem });
}

const shape = {
  site_id: Joi.string()
    .pattern(siteIdPattern)
    .messages({ 'string.pattern.base': 'may hold 1 to 64 letters, digits, dots, underscores and hyphens' })
    .allow(null),
  name: line(200),
  description: Joi.string().max(1_000).allow(null, ''),
  schedule: Joi.string().max(128),
  timezone: Joi.string().max(64).allow(null),
  period: Joi.valid(...periodTypes),
  dataset: Joi.string().max(64),
  params: Joi.object().unknown(),
  format: Joi.string()
    .lowercase()
    .valid(...formatNames),
  includeMetadata: Joi.boolean().strict(),
  recipients: recipientsSchema,
  webhook,
  isActive: Joi.boolean().strict(),
};
type Sent = Partial<Omit<TemplateFields, 'schedule' | 'cron'>> & { site_id?: string | null; schedule?: string };

const labels = { errors: { label: false, wrap: { array: false } } } as const;
const messages = {
  'object.unknown': `is not a field of a report template; those are ${Object.keys(shape).join(', ')}`,
  'object.base': 'must be an object',
};
export const newTemplateSchema = Joi.object<Sent>(shape)
  .fork(['name', 'schedule', 'dataset', 'format'], (field) => field.required())
  .required()
  .prefs(labels)
  .messages(messages);
export const templateChangeSchema = Joi.object<Sent>({ ...shape, site_id: Joi.forbidden() })
  .min(1)
  .required()
  .prefs(labels)
  .messages({
    ...messages,
    'any.unknown': 'cannot be changed: make another template',
    'object.min': 'has no field to change',
  });

/** As they are written in JSON, after an even number of backslashes. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

const mostLevels = 20;

/** Looks without recursion: a body of 100 KB may have 50,000 levels, which end the stack. */
function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > mostLevels) return true;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}

/** Of two fields that go together the one that is missing; Joi says that of the object around them. */
const pathOf = ({ path, type, context }: Joi.ValidationErrorItem) =>
  type === 'object.and' ? [...path, (context as { missing: string[] }).missing[0]!] : path;

export interface BodySettings {
  /** Webhooks may lie in private networks; see `ALERT_ALLOW_PRIVATE`. */
  allowPrivate?: boolean;
}

/** @throws ServiceError `invalid_request` that names the field. */
export function checkBody<T>(schema: Joi.ObjectSchema<T>, body: unknown, settings: BodySettings = {}): T {
  if (isTooDeep(body))
    throw new ServiceError('invalid_request', `The body is nested deeper than ${mostLevels} levels.`);
  const { error, value } = schema.validate(body, { context: settings, messages: ruleMessages });
  if (error) throw refusal(pathOf(error.details[0]!), error.details[0]!.message);
  if (!unstorable.test(stringifyExactJson(value))) return value;
  throw new ServiceError('invalid_request', 'Neither NUL nor half a surrogate pair can be stored.');
}

const isNamed = (schedule: string): schedule is ScheduleName => (scheduleNames as readonly string[]).includes(schedule);
type Timing = Pick<TemplateFields, 'schedule' | 'cron' | 'period'>;

/** A schedule by name has the period of its name; of a cron it is the given one, or the longest of which none is left out. */
function timingOf({ schedule, period }: Sent, before: Timing | undefined, now: Date): Timing {
  const named = schedule ?? before?.schedule;
  if (named !== undefined && isNamed(named)) {
    const timing = { schedule: named, ...namedSchedules[named] };
    if (period === undefined || period === timing.period) return timing;
    throw refusal(['period'], `follows from the schedule ${named}; give a cron as schedule to choose it`);
  }
  const cron = schedule ?? before!.cron;
  return { schedule: 'custom', cron, period: period ?? (schedule ? periodOfCron(cron, now) : before!.period) };
}

const defaults = {
  description: null,
  timezone: null,
  params: {},
  includeMetadata: false,
  recipients: [],
  webhook: null,
  isActive: true,
};

/** The fields of a template after `sent`; `before` is absent for a new one. @throws ServiceError `invalid_request`. */
export function toFields(sent: Sent, before: TemplateFields | undefined, now: Date): TemplateFields {
  const { site_id: _site, ...rest } = sent;
  const fields = { ...(before ?? defaults), ...rest, ...timingOf(sent, before, now) } as TemplateFields;
  // Parameters belong to a dataset.
  if (before && fields.dataset !== before.dataset) fields.params = sent.params ?? {};
  fields.includeMetadata = keptMetadata(sent.includeMetadata, fields);
  fields.description ||= null;
  // What stays as it was is not for this change to answer for.
  if (fields.cron !== before?.cron || fields.timezone !== before.timezone) checkCron(fields.cron, fields.timezone, now);
  if (fields.dataset !== before?.dataset || sent.params) checkDataset(fields);
  return fields;
}

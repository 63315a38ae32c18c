import { siteIdPattern } from '@millrace/shared/contract/ids';
import { periodTypes } from '@millrace/shared/contract/job-data';
import { ruleMessages } from '@millrace/shared/contract/rule-messages';
import { parseWebhook } from '@millrace/shared/outbound/parse-webhook';
import { ServiceError } from '@millrace/shared/platform/errors';
import { stringifyExactJson } from '@millrace/shared/platform/exact-json';
import Joi from 'joi';
import { metadataAfterChange } from '../../exports/format-options.js';
import { formats } from '../../exports/formats/formats.js';
import { refusal } from '../../query-request/refuse.js';
import { checkDataset } from './dataset-request.js';
import { namedSchedules, type Recipient, type ScheduleName, scheduleNames, type TemplateFields } from './template.js';
import { checkCron, periodOfCron } from './template-schedule.js';

const formatNames = Object.keys(formats);
export const maxRecipients = 100;

/** Control and direction characters could disguise a name in an email. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const line = (max: number) =>
  Joi.string()
    .custom((text: string, helpers) => {
      const clean = text.replace(unseen, ' ').toWellFormed().trim();
      return clean === '' || clean.length > max ? helpers.error('text.line', { max }) : clean;
    })
    .messages({ 'text.line': 'must have 1 to {{#max}} visible characters' });

/** One plain address: no list, no display name, nothing that could be read as another header. */
const address = Joi.string()
  .max(254)
  .email({ tlds: false })
  .messages({ 'string.email': 'must be a plain email address such as anna@example.org' });

const recipient = Joi.alternatives(
  address,
  Joi.object<Recipient>({ address: address.required(), name: line(100) }),
).prefs({ convert: false });

/** Removes duplicates: the ledger has one row per address. */
const byAddress = (recipients: (string | Recipient)[]): Recipient[] => {
  const all = recipients.map((each) => (typeof each === 'string' ? { address: each } : each));
  return [...new Map(all.map((each) => [each.address.toLowerCase(), each])).values()];
};

export const recipientsSchema = Joi.array()
  .items(recipient)
  .max(maxRecipients)
  .custom(byAddress)
  .messages({ 'array.max': `must not have more than ${maxRecipients} addresses` });

const webhook = Joi.string()
  .max(2_048)
  .custom(checkWebhook)
  .allow(null)
  .messages({ 'webhook.url': 'cannot be used: {{#problem}}' });

/** The same checks as for webhooks of alerts. */
function checkWebhook(text: string, helpers: Joi.CustomHelpers) {
  const { allowPrivate = false } = (helpers.prefs.context ?? {}) as BodySettings;
  const { problem } = parseWebhook(text, allowPrivate);
  return problem === undefined ? text : helpers.error('webhook.url', { problem });
}

const shape = {
  site_id: Joi.string()
    .pattern(siteIdPattern)
    .messages({ 'string.pattern.base': 'must be 1 to 64 letters, digits, dots, underscores and hyphens' })
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
  'object.unknown': `is not a field of a report template; it has ${Object.keys(shape).join(', ')}`,
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
    'any.unknown': 'cannot be changed: create another template',
    'object.min': 'must have at least one field',
  });

/** NUL and lone surrogates as JSON escapes, after an even number of backslashes. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

const maxDepth = 20;

/** Not recursive: a body of 100 KB can have 50,000 levels, which would overflow the stack. */
function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return true;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}

/** For two fields that belong together, Joi reports the object around them; this returns the missing one. */
const pathOf = ({ path, type, context }: Joi.ValidationErrorItem) =>
  type === 'object.and' ? [...path, (context as { missing: string[] }).missing[0]!] : path;

export interface BodySettings {
  /** Allows webhooks in private networks; see `ALERT_ALLOW_PRIVATE`. */
  allowPrivate?: boolean;
}

/** @throws ServiceError `invalid_request` that names the field. */
export function checkBody<T>(schema: Joi.ObjectSchema<T>, body: unknown, settings: BodySettings = {}): T {
  if (isTooDeep(body)) throw new ServiceError('invalid_request', `The body is nested deeper than ${maxDepth} levels.`);
  const { error, value } = schema.validate(body, { context: settings, messages: ruleMessages });
  if (error) throw refusal(pathOf(error.details[0]!), error.details[0]!.message);
  if (!unstorable.test(stringifyExactJson(value))) return value;
  throw new ServiceError('invalid_request', 'Text must not contain NUL or lone surrogates.');
}

const isNamed = (schedule: string): schedule is ScheduleName => (scheduleNames as readonly string[]).includes(schedule);
type Timing = Pick<TemplateFields, 'schedule' | 'cron' | 'period'>;

/** A named schedule has a fixed period. With a cron expression it is the given one, or the longest that leaves no gaps. */
function timingOf({ schedule, period }: Sent, before: Timing | undefined, now: Date): Timing {
  const named = schedule ?? before?.schedule;
  if (named !== undefined && isNamed(named)) {
    const timing = { schedule: named, ...namedSchedules[named] };
    if (period === undefined || period === timing.period) return timing;
    throw refusal(['period'], `is fixed by the schedule ${named}; use a cron expression to choose it`);
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

/** The fields of a template after the change `sent`. `before` is absent for a new template. @throws ServiceError `invalid_request`. */
export function toFields(sent: Sent, before: TemplateFields | undefined, now: Date): TemplateFields {
  const { site_id: _site, ...rest } = sent;
  const fields = { ...(before ?? defaults), ...rest, ...timingOf(sent, before, now) } as TemplateFields;
  // Parameters are those of the old dataset.
  if (before && fields.dataset !== before.dataset) fields.params = sent.params ?? {};
  fields.includeMetadata = metadataAfterChange(sent.includeMetadata, fields);
  fields.description ||= null;
  // Unchanged fields are not checked again: older releases may have accepted them.
  if (fields.cron !== before?.cron || fields.timezone !== before.timezone) checkCron(fields.cron, fields.timezone, now);
  if (fields.dataset !== before?.dataset || sent.params) checkDataset(fields);
  return fields;
}

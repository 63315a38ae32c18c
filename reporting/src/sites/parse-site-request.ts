import { enrichmentNames } from '@millrace/shared/contract/enrichments';
import { siteIdPattern } from '@millrace/shared/contract/ids';
import { comparableHost } from '@millrace/shared/contract/normalize-host';
import { ruleMessages } from '@millrace/shared/contract/rule-messages';
import { ServiceError } from '@millrace/shared/platform/errors';
import { maxPriority } from '@millrace/shared/queue/site-priorities';
import { isTimeZone } from '@millrace/shared/time/time';
import Joi from 'joi';
import { refusal } from '../query-request/refuse.js';
import { storableText } from '../query-request/storable-text.js';
import type { SiteChange } from './change-site.js';
import type { Page, PathRules } from './read-sites.js';

const noLabels = { errors: { label: false, wrap: { array: false } } } as const;

export const pageSchema = Joi.object<Page>({
  limit: Joi.number().integer().min(1).max(100).default(100),
  offset: Joi.number().integer().min(0).max(1_000_000).default(0),
})
  .prefs(noLabels)
  .messages({ 'object.unknown': 'is not a parameter of sites' });

const nameRule = 'must be null or have 1 to 200 characters without NUL or unpaired surrogates';

const parameterRule =
  'must be the name of a query parameter: 1 to 128 characters without &, =, NUL or unpaired surrogates';
const parameter = Joi.string()
  .pattern(new RegExp(storableText(1, 128), 'u'))
  .pattern(/^[^&=]*$/)
  .messages({ 'string.pattern.base': parameterRule, 'string.empty': parameterRule, 'string.base': parameterRule });

const ruleName =
  'is not a path rule; the rules are strip_query, keep_params, strip_fragment, trailing_slash and strip_origin';
const flagRule = { 'any.only': 'must be true or false', 'boolean.base': 'must be true or false' };

const pathRulesSchema = Joi.object<PathRules>({
  strip_query: Joi.boolean().messages(flagRule),
  keep_params: Joi.array().items(parameter).max(100).unique().messages({
    'array.base': 'must be a list of names of query parameters',
    'array.max': 'must have at most 100 names',
    'array.unique': 'repeats a name; list each parameter once',
  }),
  strip_fragment: Joi.boolean().messages(flagRule),
  trailing_slash: Joi.valid('keep', 'strip').messages({ 'any.only': 'must be keep or strip' }),
  strip_origin: Joi.boolean().messages(flagRule),
}).messages({ 'object.unknown': ruleName, 'object.base': 'must be an object with path rules, or null' });

const hostnameRule = 'must be a hostname such as shop.example, or the URL of a page on it';

const hostnameSchema = Joi.string()
  .max(2_048)
  .custom((text: string, helpers) => comparableHost(text) ?? helpers.error('any.custom'))
  .messages({ 'any.custom': hostnameRule, 'string.empty': hostnameRule, 'string.base': hostnameRule });

const priorityRule = `must be null or an integer from 0 (runs first) to ${maxPriority}`;
const numberMessages = (rule: string) =>
  Object.fromEntries(['base', 'integer', 'min', 'max', 'unsafe', 'infinity'].map((name) => [`number.${name}`, rule]));
const priorityMessages = numberMessages(priorityRule);
const minutesMessages = numberMessages(
  'must be an integer from 1 to 1440: the minutes of inactivity after which a visit ends',
);

/** Sorted and deduplicated, so that equal lists compare equal. */
const hostnamesSchema = Joi.array()
  .items(hostnameSchema)
  .max(100)
  .custom((hosts: string[]) => [...new Set(hosts)].sort());

const enrichmentRule = `must be one of ${enrichmentNames.join(', ')}`;

const enrichmentsSchema = Joi.array()
  .items(
    Joi.string()
      .valid(...enrichmentNames)
      .messages({ 'any.only': enrichmentRule }),
  )
  .custom((names: string[]) => [...new Set(names)].sort());

export const siteChangeSchema = Joi.object<SiteChange>({
  timezone: Joi.string()
    .max(64)
    .custom((text: string, helpers) => (isTimeZone(text) ? text : helpers.error('any.custom')))
    .messages({ 'any.custom': 'must be an IANA time zone such as Europe/Berlin' }),
  name: Joi.string()
    .pattern(new RegExp(storableText(1, 200), 'u'))
    .allow(null)
    .messages({ 'string.pattern.base': nameRule, 'string.empty': nameRule, 'string.base': nameRule }),
  path_rules: pathRulesSchema.allow(null),
  hostnames: hostnamesSchema,
  job_priority: Joi.number().integer().min(0).max(maxPriority).allow(null).messages(priorityMessages),
  session_minutes: Joi.number().integer().min(1).max(1_440).messages(minutesMessages),
  enrichment_off: enrichmentsSchema,
})
  .min(1)
  .required()
  .prefs({ ...noLabels, convert: false })
  .messages({
    'object.unknown': 'is not a field of a site, or cannot be changed',
    'object.base': 'must be an object',
    'object.min':
      'must have at least one of timezone, name, path_rules, hostnames, job_priority, session_minutes and enrichment_off',
  });

/** A new site may keep all defaults. */
export const newSiteSchema = siteChangeSchema.min(0);

function validate<T>(schema: Joi.ObjectSchema<T>, input: unknown): T {
  const { error, value } = schema.validate(input, { messages: ruleMessages });
  if (error) throw refusal(error.details[0]!.path, error.details[0]!.message);
  return value;
}

/** @throws ServiceError `invalid_request`. */
export const parsePage = (query: unknown): Page => validate(pageSchema, query);

/** @throws ServiceError `invalid_request`. */
export const parseSiteChange = (body: unknown): SiteChange => parseBody(siteChangeSchema, body);

/** @throws ServiceError `invalid_request`. */
export const parseNewSite = (body: unknown): SiteChange => parseBody(newSiteSchema, body);

const holdsProto = (value: unknown) => typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__');

/** Joi silently drops `__proto__` instead of refusing it. */
function parseBody(schema: typeof siteChangeSchema, body: unknown): SiteChange {
  if (holdsProto(body)) throw refusal(['__proto__'], 'is not a field of a site, or cannot be changed');
  if (holdsProto((body as Partial<SiteChange> | null)?.path_rules))
    throw refusal(['path_rules', '__proto__'], ruleName);
  return validate(schema, body);
}

/** @throws ServiceError `invalid_request`. */
export function parseNewSiteId(text: unknown): string {
  if (typeof text === 'string' && siteIdPattern.test(text)) return text;
  throw refusal(['site_id'], 'must have 1 to 64 letters, digits, dots, underscores and hyphens');
}

/** Sites have no other ids, so others are not looked up. @throws ServiceError `not_found`. */
export function parseSiteId(text: unknown): string {
  if (typeof text === 'string' && siteIdPattern.test(text)) return text;
  throw new ServiceError('not_found', 'There is no site with this id.');
}

/** The rules for the body of a query that a schema can express; `parseQuery` checks the others. */
import { ruleMessages } from '@millrace/shared/contract/rule-messages';
import Joi from 'joi';
import type { RangeInput } from './alias-names.js';
import type { WeekStart } from './calendar.js';
import type { NamesInput } from './canonical-names.js';
import {
  comparisonNames,
  dayCountPattern,
  dimensionPattern,
  dimensionRule,
  type MatchName,
  matchNames,
  metricPattern,
  queryLimits,
  rangeNames,
  rangeRule,
  weekStarts,
} from './query-names.js';
import { type FieldPath, refusal } from './refuse.js';

export interface QueryBody extends NamesInput {
  site_id: string;
  timezone?: string;
  week_start?: WeekStart;
  filters: unknown[];
  include_bots: boolean;
  include: { comparison?: RangeInput; match?: MatchName; total_rows: boolean; time_labels: boolean; names: boolean };
  pagination: { limit: number; offset: number };
}

const named = (pattern: string, rule: string) =>
  Joi.string().pattern(new RegExp(pattern, 'u')).messages({ 'string.pattern.base': rule, 'string.empty': rule });

const pair = (first: Joi.Schema, second: Joi.Schema, rule: string) =>
  Joi.array()
    .ordered(first.required(), second.required())
    .messages({ 'array.orderedLength': rule, 'array.includesRequiredUnknowns': rule });

const spanOf = (names: readonly string[], rule: string, pattern?: string) => {
  const end = Joi.string().max(40);
  const name = Joi.string().valid(...names);
  const counted = pattern === undefined ? [] : [Joi.string().pattern(new RegExp(pattern))];
  return Joi.alternatives(name, ...counted, pair(end, end, rule)).messages({
    'alternatives.match': rule,
    'alternatives.types': rule,
    'any.only': rule,
    'string.pattern.base': rule,
    'string.empty': rule,
  });
};

const section = <T>(keys: Joi.PartialSchemaMap<T>) => Joi.object<T>(keys).default();

const orderExample = 'such as [["views","desc"]]';

const importsRule = 'must be true: events of imported logs always count';

const includes = {
  comparison: spanOf(comparisonNames, `must be ${comparisonNames.join(', ')} or [from, to]`),
  match: Joi.string().valid(...matchNames),
  total_rows: Joi.boolean().default(false),
  time_labels: Joi.boolean().default(false),
  names: Joi.boolean().default(false),
  imports: Joi.valid(true).messages({ 'any.only': importsRule }),
};

const fields = {
  site_id: Joi.string()
    .max(64)
    .pattern(/^[A-Za-z0-9._-]+$/)
    .messages({ 'string.pattern.base': 'may only contain letters, digits, dots, underscores and hyphens' })
    .required(),
  metrics: Joi.array()
    .items(Joi.string().pattern(new RegExp(metricPattern, 'u')))
    .min(1)
    .max(queryLimits.metrics)
    .unique()
    .required(),
  date_range: spanOf(rangeNames, rangeRule, dayCountPattern).required(),
  timezone: Joi.string().max(64),
  week_start: Joi.string().valid(...weekStarts),
  dimensions: Joi.array()
    .items(named(dimensionPattern, dimensionRule))
    .max(queryLimits.dimensions)
    .unique()
    .default([]),
  filters: Joi.array().default([]).messages({ 'array.base': 'must be a list' }),
  include_bots: Joi.boolean().default(false),
  order_by: Joi.array()
    .items(
      pair(Joi.string(), Joi.string().valid('asc', 'desc'), 'must be [metric or dimension, asc or desc]').messages({
        'array.base': `must be a pair inside the list, ${orderExample}`,
      }),
    )
    .max(queryLimits.metrics + queryLimits.dimensions)
    .messages({ 'array.base': `must be a list of pairs, ${orderExample}` }),
  include: section(includes),
  pagination: section({
    limit: Joi.number().integer().min(1).max(queryLimits.limit).default(queryLimits.limit),
    offset: Joi.number().integer().min(0).max(queryLimits.offset).default(0),
  }),
};

/** Set on the schema so that Joi compiles the messages once; passed to `validate`, they would be compiled for each request. */
export const bodyPreferences: Joi.ValidationOptions = {
  convert: false,
  errors: { label: false, wrap: { array: false } },
  messages: ruleMessages,
};

export const querySchema = Joi.object<QueryBody>(fields)
  .required()
  .prefs(bodyPreferences)
  .messages({ 'object.unknown': 'is not a field of a query', 'object.base': 'must be an object' });

/** Field names by the path of their object. */
export const fieldsOfQuery = { '': Object.keys(fields), include: Object.keys(includes) };

/** Joi silently drops `__proto__` instead of refusing it. */
export function refuseProto(value: unknown, path: FieldPath): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  if (Object.hasOwn(value, '__proto__')) throw refusal([...path, '__proto__'], 'is not a field of a query');
  if (path.length > 0) return;
  for (const name of ['include', 'pagination']) refuseProto((value as Record<string, unknown>)[name], [name]);
}

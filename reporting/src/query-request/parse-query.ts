/** Turns the body of `POST /api/v1/query` into a request whose every part keeps its rules, or refuses it by field and rule. */
import { ruleMessages } from '@millrace/shared/rule-messages';
import { isTimeZone } from '@millrace/shared/time';
import Joi from 'joi';
import { personColumns } from '../query/dimension-catalogue.js';
import { isNumberMetric } from '../query/number-metrics.js';
import type { Dimension, Filter, Metric, Order } from '../query/resolved-query.js';
import { whyUnanswerable } from './alias-names.js';
import type { WeekStart } from './calendar.js';
import { metricProblem } from './metric-problem.js';
import { ownFilter, ownNames, type WrittenNames } from './own-names.js';
import { type DateRange, parseDateRange, type WrittenRange } from './parse-date-range.js';
import { listFilters, parseFilters, showFilters } from './parse-filters.js';
import { defaultOrder, parseOrder } from './parse-order.js';
import {
  type ComparisonName,
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

/** What was asked for, with defaults, but not yet with instants: those depend on the clock and on the site. */
export interface QueryRequest {
  siteId: string;
  metrics: Metric[];
  dateRange: DateRange;
  /** Absent: the site's. */
  timezone?: string;
  /** Monday when absent. */
  weekStart?: WeekStart;
  dimensions: Dimension[];
  filter?: Filter;
  /** The filters as they were sent, as a list, in our own names; see {@link showFilters} for their numbers. */
  filterList: unknown[];
  orderBy: Order[];
  comparison?: ComparisonName | DateRange;
  match: MatchName;
  totalRows: boolean;
  timeLabels: boolean;
  /** Names of the columns as they were sent; there when rows are to be objects. */
  rowNames?: { metrics: string[]; dimensions: string[] };
  limit: number;
  offset: number;
}

interface QueryBody extends WrittenNames {
  site_id: string;
  timezone?: string;
  week_start?: WeekStart;
  filters: unknown[];
  include: { comparison?: WrittenRange; match?: MatchName; total_rows: boolean; time_labels: boolean; names: boolean };
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

const importsRule = 'must be true: events of imported logs are events like all others';

/** The rules of a body that a schema can tell. The others are checked after it, see {@link parseQuery}. */
export const querySchema = Joi.object<QueryBody>({
  site_id: Joi.string()
    .max(64)
    .pattern(/^[A-Za-z0-9._-]+$/)
    .messages({ 'string.pattern.base': 'may hold only letters, digits, dot, underscore and hyphen' })
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
  filters: Joi.array().default([]),
  order_by: Joi.array()
    .items(
      pair(Joi.string(), Joi.string().valid('asc', 'desc'), 'must be [metric or dimension, asc or desc]').messages({
        'array.base': `must be a pair within the list, ${orderExample}`,
      }),
    )
    .max(queryLimits.metrics + queryLimits.dimensions)
    .messages({ 'array.base': `must be a list of pairs, ${orderExample}` }),
  include: section({
    comparison: spanOf(comparisonNames, `must be ${comparisonNames.join(', ')} or [from, to]`),
    match: Joi.string().valid(...matchNames),
    total_rows: Joi.boolean().default(false),
    time_labels: Joi.boolean().default(false),
    names: Joi.boolean().default(false),
    imports: Joi.valid(true).messages({ 'any.only': importsRule }),
  }),
  pagination: section({
    limit: Joi.number().integer().min(1).max(queryLimits.limit).default(queryLimits.limit),
    offset: Joi.number().integer().min(0).max(queryLimits.offset).default(0),
  }),
})
  .required()
  .prefs({ convert: false, errors: { label: false, wrap: { array: false } } })
  .messages({ 'object.unknown': 'is not a field of a query', 'object.base': 'must be an object' });

/** Joi drops this one name instead of refusing it. */
export function refuseProto(value: unknown, path: FieldPath): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  if (Object.hasOwn(value, '__proto__')) throw refusal([...path, '__proto__'], 'is not a field of a query');
  if (path.length > 0) return;
  for (const name of ['include', 'pagination']) refuseProto((value as Record<string, unknown>)[name], [name]);
}

/** They belong into `pagination`. */
const pages = ['limit', 'offset'];

function validate(input: unknown): QueryBody {
  refuseProto(input, []);
  const { error, value } = querySchema.validate(input, { messages: ruleMessages });
  if (!error) return value;
  const { path, message, type, context } = error.details[0]!;
  if (type === 'object.unknown' && pages.includes(path.join('.')))
    throw refusal(path, `${message}; use pagination.${path[0]}`);
  if (path[0] === 'dimensions' && personColumns.some((name) => name === context?.value))
    throw refusal(path, `must not be ${context?.value}: it can only be used in filters`);
  const isUnknownMetric = path[0] === 'metrics' && (type === 'string.pattern.base' || type === 'string.empty');
  const rule = isUnknownMetric ? metricProblem(context?.value) : message;
  throw refusal(path, whyUnanswerable(context?.value) ?? rule);
}

function checkDimensions(dimensions: Dimension[]): void {
  const times = dimensions.filter((dimension) => dimension.startsWith('time:'));
  if (times.length > 1) throw refusal(['dimensions'], `must have at most one of time; here are ${times.join(' and ')}`);
}

function checkNumberMetrics(metrics: Metric[]): void {
  const { length } = metrics.filter(isNumberMetric);
  const most = queryLimits.numberMetrics;
  if (length <= most) return;
  throw refusal(
    ['metrics'],
    `must have at most ${most} over properties, such as sum:property:<name>; here are ${length}`,
  );
}

/** @throws ServiceError `invalid_request` that names the field and its rule, for any JSON at all. */
export function parseQuery(input: unknown): QueryRequest {
  const body = validate(input);
  const { timezone, filters, include, pagination } = body;
  const { metrics, dimensions, order } = ownNames(body);
  const { comparison } = include;
  if (timezone !== undefined && !isTimeZone(timezone)) {
    throw refusal(['timezone'], 'must be an IANA time zone such as Europe/Berlin');
  }
  if (include.match !== undefined && comparison === undefined) {
    throw refusal(['include', 'match'], 'says how to compare, so it needs include.comparison beside it');
  }
  checkDimensions(dimensions);
  checkNumberMetrics(metrics);
  const comparisonPath = ['include', 'comparison'];
  return {
    siteId: body.site_id,
    metrics,
    dateRange: parseDateRange(body.date_range, ['date_range']),
    ...(timezone !== undefined && { timezone }),
    ...(body.week_start !== undefined && { weekStart: body.week_start }),
    dimensions,
    ...parsedFilters(filters),
    orderBy: order ? parseOrder(order, metrics, dimensions) : defaultOrder(metrics, dimensions),
    ...(comparison !== undefined && {
      comparison: isComparisonName(comparison) ? comparison : parseDateRange(comparison, comparisonPath),
    }),
    match: include.match ?? 'date',
    totalRows: include.total_rows,
    timeLabels: include.time_labels,
    ...(include.names && { rowNames: { metrics: body.metrics, dimensions: body.dimensions } }),
    ...pagination,
  };
}

const isComparisonName = (text: unknown): text is ComparisonName => comparisonNames.includes(text as ComparisonName);

function parsedFilters(input: unknown[]): Pick<QueryRequest, 'filter' | 'filterList'> {
  const filter = parseFilters(input, ['filters']);
  const filterList = showFilters(listFilters(input, ['filters']).map(ownFilter));
  return { filterList, ...(filter && { filter }) };
}

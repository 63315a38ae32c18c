/** Checks the body of `POST /api/v1/query`; what breaks a rule is refused by field and rule. */
import { isTimeZone } from '@millrace/shared/time/time';
import { personColumns } from '../query/dimension-catalogue.js';
import { isNumberMetric } from '../query/number-metrics.js';
import type { Dimension, Filter, Metric, Order } from '../query/resolved-query.js';
import type { WeekStart } from './calendar.js';
import { fieldProblem } from './field-problem.js';
import { ownFilter, ownNames } from './own-names.js';
import { type DateRange, parseDateRange } from './parse-date-range.js';
import { listFilters, parseFilters, showFilters } from './parse-filters.js';
import { defaultOrder, parseOrder } from './parse-order.js';
import { type ComparisonName, comparisonNames, type MatchName, queryLimits } from './query-names.js';
import { fieldsOfQuery, type QueryBody, querySchema, refuseProto } from './query-schema.js';
import { refusal } from './refuse.js';

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
  includeBots?: true;
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

/** They belong into `pagination`. */
const pages = ['limit', 'offset'];

function validate(input: unknown): QueryBody {
  refuseProto(input, []);
  const { error, value } = querySchema.validate(input);
  if (!error) return value;
  const item = error.details[0]!;
  const { path, message, type, context } = item;
  if (type === 'object.unknown' && pages.includes(path.join('.')))
    throw refusal(path, `${message}; use pagination.${path[0]}`);
  if (path[0] === 'dimensions' && personColumns.some((name) => name === context?.value))
    throw refusal(path, `must not be ${context?.value}: it can only be used in filters`);
  throw refusal(path, fieldProblem(item, fieldsOfQuery));
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
    ...(body.include_bots && { includeBots: true }),
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

/** The filters of a question, and what is made of them. @throws ServiceError `invalid_request`. */
export function parsedFilters(input: unknown[]): Pick<QueryRequest, 'filter' | 'filterList'> {
  const filter = parseFilters(input, ['filters']);
  const filterList = showFilters(listFilters(input, ['filters']).map(ownFilter));
  return { filterList, ...(filter && { filter }) };
}

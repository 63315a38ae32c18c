/** Parses the body of `POST /api/v1/query`. */

import { isTimeZone } from '@millrace/shared/time/time';
import { personColumns } from '../query/dimension-catalogue.js';
import { isNumberMetric } from '../query/number-metrics.js';
import type { Dimension, Filter, Metric, Order } from '../query/resolved-query.js';
import type { WeekStart } from './calendar.js';
import { canonicalFilter, canonicalNames } from './canonical-names.js';
import { fieldProblem } from './field-problem.js';
import { type DateRange, parseDateRange } from './parse-date-range.js';
import { listFilters, parseFilters, showFilters } from './parse-filters.js';
import { type ComparisonName, comparisonNames, type MatchName, queryLimits } from './query-names.js';
import { fieldsOfQuery, type QueryBody, querySchema, refuseProto } from './query-schema.js';
import { refusal } from './refuse.js';

/** A validated request with defaults. Its ranges are not yet instants, which depend on the clock and on the site. */
export interface QueryRequest {
  siteId: string;
  metrics: Metric[];
  dateRange: DateRange;
  /** Defaults to the site's. */
  timezone?: string;
  /** Defaults to Monday. */
  weekStart?: WeekStart;
  dimensions: Dimension[];
  filter?: Filter;
  /** The filters as sent, as a list, with our own names; for numbers see {@link showFilters}. */
  filterList: unknown[];
  includeBots?: true;
  orderBy: Order[];
  comparison?: ComparisonName | DateRange;
  match: MatchName;
  totalRows: boolean;
  timeLabels: boolean;
  /** Column names as sent; present if rows are to be objects. */
  rowNames?: { metrics: string[]; dimensions: string[] };
  limit: number;
  offset: number;
}

/** These belong in `pagination`. */
const pageFields = ['limit', 'offset'];

function validate(input: unknown): QueryBody {
  refuseProto(input, []);
  const { error, value } = querySchema.validate(input);
  if (!error) return value;
  const item = error.details[0]!;
  const { path, message, type, context } = item;
  if (type === 'object.unknown' && pageFields.includes(path.join('.')))
    throw refusal(path, `${message}; use pagination.${path[0]}`);
  if (path[0] === 'dimensions' && personColumns.some((name) => name === context?.value))
    throw refusal(path, `must not be ${context?.value}: it can only be used in filters`);
  throw refusal(path, fieldProblem(item, fieldsOfQuery));
}

function checkDimensions(dimensions: Dimension[]): void {
  const times = dimensions.filter((dimension) => dimension.startsWith('time:'));
  if (times.length > 1)
    throw refusal(['dimensions'], `must have at most one time dimension, but has ${times.join(' and ')}`);
}

function checkNumberMetrics(metrics: Metric[]): void {
  const { length } = metrics.filter(isNumberMetric);
  const most = queryLimits.numberMetrics;
  if (length <= most) return;
  throw refusal(
    ['metrics'],
    `must have at most ${most} metrics over properties, such as sum:property:<name>, but has ${length}`,
  );
}

/** @throws ServiceError `invalid_request` that names the field and its rule, for any JSON value. */
export function parseQuery(input: unknown): QueryRequest {
  const body = validate(input);
  const { timezone, filters, include, pagination } = body;
  const { metrics, dimensions, order } = canonicalNames(body);
  const { comparison } = include;
  if (timezone !== undefined && !isTimeZone(timezone)) {
    throw refusal(['timezone'], 'must be an IANA time zone such as Europe/Berlin');
  }
  if (include.match !== undefined && comparison === undefined) {
    throw refusal(['include', 'match'], 'sets how to compare, so it requires include.comparison');
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
    ...parseFilterList(filters),
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

/** The filters of a request, parsed and as sent. @throws ServiceError `invalid_request`. */
export function parseFilterList(input: unknown[]): Pick<QueryRequest, 'filter' | 'filterList'> {
  const filter = parseFilters(input, ['filters']);
  const filterList = showFilters(listFilters(input, ['filters']).map(canonicalFilter));
  return { filterList, ...(filter && { filter }) };
}

/** Time ascending, everything else by the first metric, highest first. A single row needs no order. */
export function defaultOrder(metrics: Metric[], dimensions: Dimension[]): Order[] {
  if (dimensions.length === 0) return [];
  const time = dimensions.find((dimension) => dimension.startsWith('time:'));
  const byTime: Order[] = time ? [{ key: time, direction: 'asc' }] : [];
  return time && dimensions.length === 1 ? byTime : [...byTime, { key: metrics[0]!, direction: 'desc' }];
}

/** @throws ServiceError `invalid_request` for names that are not in the query or are repeated. */
export function parseOrder(input: [string, Order['direction']][], metrics: Metric[], dimensions: Dimension[]): Order[] {
  const names: string[] = [...metrics, ...dimensions];
  const seen = new Set<string>();
  const order = input.map(([name, direction], index): Order => {
    if (!names.includes(name)) {
      throw refusal(['order_by', index, 0], 'must be a metric or a dimension of this query');
    }
    if (seen.has(name)) throw refusal(['order_by', index, 0], 'is in the order already');
    seen.add(name);
    return { key: name as Order['key'], direction };
  });
  return order.length === 0 ? defaultOrder(metrics, dimensions) : order;
}

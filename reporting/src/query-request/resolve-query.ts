/** Turns a request into a query without names left to look up, by the clock and what is known of the site. */
import type { ResolvedQuery, TimeUnit } from '../query/resolved-query.js';
import { compareSpan } from './compare-span.js';
import type { Span } from './parse-date-range.js';
import type { QueryRequest } from './parse-query.js';
import { type Moment, resolveSpan, toTimeRange } from './resolve-span.js';
import { timeBuckets } from './time-buckets.js';

export interface Circumstances extends Moment {
  /** Used when the request names none. */
  siteTimezone: string;
}

/** @throws ServiceError `invalid_request` when the time axis would be too long. */
export function resolveQuery(request: QueryRequest, circumstances: Circumstances): ResolvedQuery {
  const { siteId, metrics, dimensions, filter, orderBy, totalRows, timeLabels, limit, offset } = request;
  const timezone = request.timezone ?? circumstances.siteTimezone;
  const span = resolveSpan(request.dateRange, timezone, circumstances);
  const unit = dimensions.find((dimension) => dimension.startsWith('time:'))?.slice('time:'.length) as
    | TimeUnit
    | undefined;
  const axis = (of: Span) => {
    const range = toTimeRange(of, timezone);
    return { range, ...(unit && { buckets: timeBuckets(unit, range, timezone) }) };
  };
  const compared = comparedSpan(request, span, timezone, circumstances);
  return {
    siteId,
    timezone,
    ...axis(span),
    metrics,
    dimensions,
    ...(filter && { filter }),
    orderBy,
    limit,
    offset,
    totalRows,
    timeLabels,
    ...(compared && { comparison: axis(compared) }),
  };
}

function comparedSpan(request: QueryRequest, span: Span, timezone: string, moment: Moment): Span | undefined {
  const { comparison, dateRange } = request;
  if (comparison === undefined) return undefined;
  if (typeof comparison === 'string') return compareSpan(comparison, dateRange, span, timezone);
  return resolveSpan(comparison, timezone, moment);
}

/** Resolves the relative parts of a request, such as named ranges and the site's time zone, by the clock and the state of the site. */
import type { TimeUnit } from '../query/dimension-catalogue.js';
import type { ResolvedQuery, TimeBuckets, TimeRange } from '../query/resolved-query.js';
import type { WeekStart } from './calendar.js';
import { compareSpan, type EarlierSpan, shiftBetween } from './compare-span.js';
import { foldTime, isFoldedUnit } from './fold-time.js';
import { pairBuckets } from './pair-buckets.js';
import type { DateRange, Span } from './parse-date-range.js';
import type { QueryRequest } from './parse-query.js';
import type { ComparisonName } from './query-names.js';
import { type QueryContext, resolveSpan, toTimeRange } from './resolve-span.js';
import { timeBuckets } from './time-buckets.js';

export const timeUnitOf = (dimensions: readonly string[]) =>
  dimensions.find((dimension) => dimension.startsWith('time:'))?.slice('time:'.length) as TimeUnit | undefined;

/** @throws ServiceError `invalid_request` when the time axis would be too long. */
export function resolveQuery(request: QueryRequest, context: QueryContext): ResolvedQuery {
  const { siteId, metrics, dimensions, filter, includeBots, orderBy, totalRows, timeLabels, limit, offset } = request;
  const timezone = request.timezone ?? context.siteTimezone;
  const span = resolveSpan(request.dateRange, timezone, context, request.weekStart);
  const unit = timeUnitOf(dimensions);
  const range = toTimeRange(span, timezone);
  const buckets = unit && timeAxis(unit, range, timezone, request.weekStart);
  const comparison = comparisonOf(request, span, buckets, timezone, context);
  return {
    siteId,
    timezone,
    range,
    ...(buckets && { buckets }),
    metrics,
    dimensions,
    ...(filter && { filter }),
    ...(includeBots && { includeBots }),
    orderBy,
    limit,
    offset,
    totalRows,
    timeLabels,
    ...(comparison && { comparison }),
  };
}

const timeAxis = (unit: TimeUnit, range: TimeRange, zone: string, weekStart?: WeekStart): TimeBuckets =>
  isFoldedUnit(unit) ? foldTime(unit, range, zone, weekStart) : timeBuckets(unit, range, zone, weekStart);

function comparisonOf(
  request: QueryRequest,
  span: Span,
  buckets: TimeBuckets | undefined,
  zone: string,
  context: QueryContext,
): ResolvedQuery['comparison'] {
  if (request.comparison === undefined) return undefined;
  const { span: earlierSpan, shift, elapsed } = earlierOf(request.comparison, request, span, zone, context);
  const earlier = toTimeRange(earlierSpan, zone);
  if (!buckets) return { range: earlier };
  const { unit } = buckets;
  if (isFoldedUnit(unit)) {
    const folded = foldTime(unit, earlier, zone, request.weekStart);
    return { range: earlier, buckets: { ...folded, pairs: folded.labels.map((_label, place) => place) } };
  }
  const isGiven = typeof request.comparison === 'object';
  const range = elapsed ?? toTimeRange(span, zone);
  const compared = elapsed ? timeBuckets(unit, elapsed, zone, request.weekStart) : buckets;
  const paired = pairBuckets({ range, buckets: { ...compared, unit }, earlier, shift, isGiven, zone });
  // Buckets that have not started yet have no counterpart.
  const pairs = buckets.labels.map((_label, place) => paired.pairs[place] ?? null);
  return { range: earlier, buckets: { ...paired, pairs } };
}

function earlierOf(
  comparison: ComparisonName | DateRange,
  { match, dateRange, weekStart }: QueryRequest,
  span: Span,
  zone: string,
  context: QueryContext,
): EarlierSpan {
  if (typeof comparison === 'string') return compareSpan(comparison, match, dateRange, span, zone, context.now);
  const given = resolveSpan(comparison, zone, context, weekStart);
  return { span: given, shift: shiftBetween(span, given, match, zone) };
}

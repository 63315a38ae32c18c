/** Turns the rows of two periods into how much each metric has changed. */
import { changeInPercent } from './exact-numbers.js';
import { metricEntry } from './metric-catalogue.js';
import type { Condition, Filter, Metric, MetricValue, ResolvedQuery, ResultRow } from './resolved-query.js';

/** The row of the earlier period that belongs to a row of the answer. */
export interface ComparisonRow extends ResultRow {
  /** Change in percent from the earlier period to the one asked for, a whole number; null where there is none. */
  change: (number | null)[];
}

/** Large enough for every combination of values that a page of 10,000 rows can have. */
const everything = 100_000_000;

/** Change in percent, halves away from zero; null from nothing to something, and when a value is missing. */
export function changeOf(earlier: MetricValue, later: MetricValue): number | null {
  if (earlier === null || later === null) return null;
  if (typeof earlier === 'string' || typeof later === 'string') return changeInPercent(String(earlier), String(later));
  if (earlier === 0) return later === 0 ? 0 : null;
  const percent = (100 * (later - earlier)) / earlier;
  return Math.sign(percent) * Math.round(Math.abs(percent)) || 0;
}

const isTime = (dimension: string) => dimension.startsWith('time:');

/**
 * The same question about the earlier period, for the values of `rows` only. A share would be one of these values alone,
 * so visitors stand in its place.
 */
export function earlierQuery(query: ResolvedQuery, rows: ResultRow[]): ResolvedQuery {
  const { comparison, buckets: _buckets, filter, ...rest } = query;
  const earlier = comparison!.buckets;
  const conditions = query.dimensions.flatMap((dimension, place): Condition[] => {
    if (isTime(dimension)) return [];
    const values = [...new Set(rows.map(({ dimensions }) => dimensions[place]!))];
    return [{ op: 'is', dimension: dimension as Condition['dimension'], values }];
  });
  const filters: Filter[] = [...(filter ? [filter] : []), ...conditions];
  return {
    ...rest,
    range: earlier ? { from: earlier.bounds[0]!, to: earlier.bounds.at(-1)! } : comparison!.range,
    ...(earlier && { buckets: earlier }),
    ...(filters.length > 0 && { filter: { op: 'and', filters } }),
    metrics: query.metrics.map((metric) => (metric === 'share' ? 'visitors' : metric)),
    orderBy: query.dimensions.map((key) => ({ key, direction: 'asc' })),
    limit: everything,
    offset: 0,
    totalRows: false,
  };
}

/** Dimensions of the earlier period's row; null for time that the earlier period does not have. */
function earlierDimensions(query: ResolvedQuery, dimensions: (string | null)[], places: Map<string, number>) {
  const earlier = query.comparison?.buckets;
  return dimensions.map((value, place) => {
    if (!isTime(query.dimensions[place]!)) return value;
    return earlier?.labels[earlier.pairs[places.get(value!)!] ?? -1] ?? null;
  });
}

const emptyValue = (metric: Metric) => (metricEntry(metric)?.isNullable ? null : 0);

/**
 * One row for each of `rows`, in order. `earlier` are rows of {@link earlierQuery}, `inAll` the visitors of the earlier
 * period without dimensions. Where the earlier period has no such bucket there is nothing to compare with.
 */
export function compareRowsOf(
  query: ResolvedQuery,
  rows: ResultRow[],
  earlier: ResultRow[],
  totalVisitors: number,
  shareOf: (visitors: number, totalVisitors: number) => number | null,
): ComparisonRow[] {
  const found = new Map(earlier.map((row) => [JSON.stringify(row.dimensions), row.metrics]));
  const places = new Map(query.buckets?.labels.map((label, place) => [label, place]));
  return rows.map((row) => {
    const dimensions = earlierDimensions(query, row.dimensions, places);
    const isPast = dimensions.some((value, place) => value === null && isTime(query.dimensions[place]!));
    const known = found.get(JSON.stringify(dimensions));
    const metrics = query.metrics.map((metric, place) => {
      if (isPast) return null;
      const value = known ? known[place]! : emptyValue(metric);
      return metric === 'share' ? shareOf(Number(value ?? 0), totalVisitors) : value;
    });
    return { dimensions, metrics, change: row.metrics.map((later, place) => changeOf(metrics[place]!, later)) };
  });
}

/** Compares each row of an answer with the same row of an earlier period. */
import { changeInPercent } from './exact-numbers.js';
import { emptyValueOf } from './metric-catalogue.js';
import {
  type Condition,
  type Filter,
  isTimeDimension,
  type MetricValue,
  type ResolvedQuery,
  type ResultRow,
} from './resolved-query.js';

/** The row of the earlier period that corresponds to a row of the answer. */
export interface ComparisonRow extends ResultRow {
  /** Change of each metric in percent since the earlier period, as an integer; null when it is undefined. */
  change: (number | null)[];
}

/** Enough for every combination of values that a page of 10,000 rows can have. */
const noLimit = 100_000_000;

/** Change in percent, rounded half away from zero; null from zero to anything else, and when a value is missing. */
export function changeOf(earlier: MetricValue, later: MetricValue): number | null {
  if (earlier === null || later === null) return null;
  if (typeof earlier === 'string' || typeof later === 'string') return changeInPercent(String(earlier), String(later));
  if (earlier === 0) return later === 0 ? 0 : null;
  const percent = (100 * (later - earlier)) / earlier;
  return Math.sign(percent) * Math.round(Math.abs(percent)) || 0;
}

/**
 * The same query for the earlier period, limited to the dimension values of `rows`. With that filter a share would be relative to
 * those values only, so it is replaced by visitors.
 */
export function earlierQuery(query: ResolvedQuery, rows: ResultRow[]): ResolvedQuery {
  const { comparison, buckets: _buckets, filter, ...rest } = query;
  const earlier = comparison!.buckets;
  const conditions = query.dimensions.flatMap((dimension, index): Condition[] => {
    if (isTimeDimension(dimension)) return [];
    const values = [...new Set(rows.map(({ dimensions }) => dimensions[index]!))];
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
    limit: noLimit,
    offset: 0,
    totalRows: false,
  };
}

/** Dimensions of the earlier period's row; null for a bucket without a counterpart in the earlier period. */
function earlierDimensions(query: ResolvedQuery, dimensions: (string | null)[], bucketOf: Map<string, number>) {
  const earlier = query.comparison?.buckets;
  return dimensions.map((value, index) => {
    if (!isTimeDimension(query.dimensions[index]!)) return value;
    return earlier?.labels[earlier.pairs[bucketOf.get(value!)!] ?? -1] ?? null;
  });
}

/**
 * Returns one row for each of `rows`, in order. `earlier` are the rows of {@link earlierQuery}, `totalVisitors` the visitors of
 * the earlier period without dimensions. Metrics are null for a bucket without a counterpart in the earlier period.
 */
export function compareRowsOf(
  query: ResolvedQuery,
  rows: ResultRow[],
  earlier: ResultRow[],
  totalVisitors: number,
  shareOf: (visitors: number, totalVisitors: number) => number | null,
): ComparisonRow[] {
  const metricsByKey = new Map(earlier.map((row) => [JSON.stringify(row.dimensions), row.metrics]));
  const bucketOf = new Map(query.buckets?.labels.map((label, bucket) => [label, bucket]));
  return rows.map((row) => {
    const dimensions = earlierDimensions(query, row.dimensions, bucketOf);
    const lacksBucket = dimensions.some((value, index) => value === null && isTimeDimension(query.dimensions[index]!));
    const found = metricsByKey.get(JSON.stringify(dimensions));
    const metrics = query.metrics.map((metric, index) => {
      if (lacksBucket) return null;
      const value = found ? found[index]! : emptyValueOf(metric);
      return metric === 'share' ? shareOf(Number(value ?? 0), totalVisitors) : value;
    });
    return { dimensions, metrics, change: row.metrics.map((later, index) => changeOf(metrics[index]!, later)) };
  });
}

/** The parsed and validated form of a query, shared by the parser and the engines. */
import type { ColumnDimension, PersonColumn, TimeUnit, VisitPage } from './dimension-catalogue.js';
import type { FilterOperator } from './filter-operators.js';
import type { PlainMetric } from './metric-catalogue.js';

export type PropertyDimension = `property:${string}`;
export type TimeDimension = `time:${TimeUnit}`;
/** Describes the visit an event belongs to: the paths of its first and last view, and column values at its first event. */
export type VisitDimension = VisitPage | `visit:${ColumnDimension | PropertyDimension}`;
export type Dimension = TimeDimension | ColumnDimension | PropertyDimension | VisitDimension;
export type FilterDimension = ColumnDimension | PersonColumn | PropertyDimension | VisitDimension;

/** How the numeric values of a property are aggregated. */
export type NumberFunction = 'sum' | 'average' | 'minimum' | 'maximum' | `p${number}`;
export type NumberMetric = `${NumberFunction}:${PropertyDimension}`;
export type Metric = PlainMetric | NumberMetric | `event:${string}`;
/** Metrics over properties are exact decimals, as text. */
export type MetricValue = number | string | null;

/**
 * A condition on one dimension. Several values are alternatives; null means the value is absent. Numbers are decimals as text:
 * one for a comparison, two for `between`.
 */
export interface Condition {
  op: FilterOperator;
  dimension: FilterDimension;
  values: (string | null)[];
  /** Compares texts case-insensitively; never set for numbers. */
  ignoreCase?: true;
}

export type Filter = Condition | { op: 'and' | 'or'; filters: Filter[] } | { op: 'not'; filter: Filter };

/** All conditions of a filter, however they are combined. */
export function conditionsOf(filter: Filter | undefined): Condition[] {
  if (!filter) return [];
  if ('filter' in filter) return conditionsOf(filter.filter);
  return 'filters' in filter ? filter.filters.flatMap(conditionsOf) : [filter];
}

const noBots: Condition = { op: 'is_not_set', dimension: 'bot', values: [] };

/** The filter that leaves out bots unless the query includes them; undefined when every event counts. */
export function effectiveFilter({
  filter,
  includeBots,
}: Pick<ResolvedQuery, 'filter' | 'includeBots'>): Filter | undefined {
  if (includeBots) return filter;
  if (!filter) return noBots;
  const filters = filter.op === 'and' ? filter.filters : [filter];
  return { op: 'and', filters: [...filters, noBots] };
}

export const isTimeDimension = (key: string): boolean => key.startsWith('time:');

/** Half-open. */
export interface TimeRange {
  from: Date;
  to: Date;
}

/** The time axis of a query: bucket i is `[bounds[i], bounds[i + 1])` with label `labels[i]`; together they cover the range. */
export interface TimeBuckets {
  unit: TimeUnit;
  bounds: Date[];
  labels: string[];
  /** For cyclic units: the index of the label that each stretch between two bounds counts towards. */
  places?: number[];
  /** For hours of the day, many of which are in one stretch: the stretch's UTC offset in seconds. Hour i has label i. */
  offsets?: number[];
}

/** The time axis of the earlier range; `pairs` has, for each bucket of the range, the one it is compared with, or null. */
export interface PairedBuckets extends TimeBuckets {
  pairs: (number | null)[];
}

export interface Order {
  key: Metric | Dimension;
  direction: 'asc' | 'desc';
}

/** A query with every name, date and default resolved. */
export interface ResolvedQuery {
  siteId: string;
  timezone: string;
  range: TimeRange;
  metrics: Metric[];
  /** At most one of them is a time dimension; `buckets` is set exactly then. */
  dimensions: Dimension[];
  buckets?: TimeBuckets;
  filter?: Filter;
  /** Events of bots are counted too. */
  includeBots?: true;
  /** Empty only when there is a single row; ties are broken by the dimensions, ascending. */
  orderBy: Order[];
  limit: number;
  offset: number;
  totalRows: boolean;
  timeLabels: boolean;
  /** `buckets` need not cover the range, and whole weeks can reach beyond it. */
  comparison?: { range: TimeRange; buckets?: PairedBuckets };
}

/** The visitors that shares of a query are relative to: those of the whole range, without dimensions. */
export function totalVisitorsQuery({ buckets: _buckets, ...query }: ResolvedQuery): ResolvedQuery {
  return { ...query, dimensions: [], metrics: ['visitors'], orderBy: [], limit: 1, offset: 0, totalRows: false };
}

export interface ResultRow {
  dimensions: (string | null)[];
  metrics: MetricValue[];
}

/** A query without names left to look up: what those who understand queries and those who answer them agree on. */
import type { ColumnDimension, PersonColumn, TimeUnit, VisitPage } from './dimension-catalogue.js';
import type { FilterOperator } from './filter-operators.js';
import type { PlainMetric } from './metric-catalogue.js';

export type PropertyDimension = `property:${string}`;
export type TimeDimension = `time:${TimeUnit}`;
/** Of the visit that an event is part of: the paths of its first and last view, and what a column is at its first event. */
export type VisitDimension = VisitPage | `visit:${ColumnDimension | PropertyDimension}`;
export type Dimension = TimeDimension | ColumnDimension | PropertyDimension | VisitDimension;
export type FilterDimension = ColumnDimension | PersonColumn | PropertyDimension | VisitDimension;

/** What is made of the numbers of a property. */
export type NumberFunction = 'sum' | 'average' | 'minimum' | 'maximum' | `p${number}`;
export type NumberMetric = `${NumberFunction}:${PropertyDimension}`;
export type Metric = PlainMetric | NumberMetric | `event:${string}`;
/** Exact decimals, of metrics over properties, are text. */
export type MetricValue = number | string | null;

/**
 * A condition on one dimension; several values are alternatives, null is the absence of a value. Numbers are decimals as text:
 * one for a comparison, two for `between`.
 */
export interface Condition {
  op: FilterOperator;
  dimension: FilterDimension;
  values: (string | null)[];
  /** Capitals are taken for small letters; never there for numbers. */
  ignoreCase?: true;
}

export type Filter = Condition | { op: 'and' | 'or'; filters: Filter[] } | { op: 'not'; filter: Filter };

/** All conditions of a filter, whatever joins them. */
export function conditionsOf(filter: Filter | undefined): Condition[] {
  if (!filter) return [];
  if ('filter' in filter) return conditionsOf(filter.filter);
  return 'filters' in filter ? filter.filters.flatMap(conditionsOf) : [filter];
}

/** Half-open. */
export interface TimeRange {
  from: Date;
  to: Date;
}

/** The time axis of a query: bucket i is `[bounds[i], bounds[i + 1])` and is called `labels[i]`; together they are the range. */
export interface TimeBuckets {
  unit: TimeUnit;
  bounds: Date[];
  labels: string[];
  /** Of a folded unit: the label that each stretch between two bounds counts for. */
  places?: number[];
  /** Of hours of the day instead, where a stretch has many: its local time minus UTC in seconds. Hour i has label i. */
  offsets?: number[];
}

/** The time axis of the earlier range, with the bucket that each bucket of the range is compared with; null: with none. */
export interface PairedBuckets extends TimeBuckets {
  pairs: (number | null)[];
}

export interface Order {
  key: Metric | Dimension;
  direction: 'asc' | 'desc';
}

/** A query without names left to look up: what the engines work with. */
export interface ResolvedQuery {
  siteId: string;
  timezone: string;
  range: TimeRange;
  metrics: Metric[];
  /** At most one of them is a time dimension; `buckets` is there exactly then. */
  dimensions: Dimension[];
  buckets?: TimeBuckets;
  filter?: Filter;
  /** Events of bots count as well. */
  includeBots?: true;
  /** Never empty unless there is one row only; ties are broken by the dimensions, ascending. */
  orderBy: Order[];
  limit: number;
  offset: number;
  totalRows: boolean;
  timeLabels: boolean;
  /** `buckets` need not fill the range, and may reach out of it where whole weeks do. */
  comparison?: { range: TimeRange; buckets?: PairedBuckets };
}

export interface ResultRow {
  dimensions: (string | null)[];
  metrics: MetricValue[];
}

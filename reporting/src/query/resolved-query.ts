/** Turns the agreement between who understands a query and who answers it into one declaration. */
import type { FilterOperator } from './filter-operators.js';

export type SeriesUnit = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';
/** Units that gather what lies in many places of the range. */
export type FoldedUnit = 'hour_of_day' | 'day_of_week';
export type TimeUnit = SeriesUnit | FoldedUnit;
export const columnDimensions = ['event_type', 'path', 'referrer', 'profile_id'] as const;
export type ColumnDimension = (typeof columnDimensions)[number];
export type PropertyDimension = `property:${string}`;
export type TimeDimension = `time:${TimeUnit}`;
/** Of the visit that an event is part of: the paths of its first and last view, and what a column is at its first event. */
export type VisitDimension = 'entry_page' | 'exit_page' | `visit:${ColumnDimension | PropertyDimension}`;
export type Dimension = TimeDimension | ColumnDimension | PropertyDimension | VisitDimension;

/** Measures of visits, counted once each where they have an event in scope. */
export type VisitMetric = 'visits' | 'bounce_rate' | 'visit_duration' | 'visit_duration_median' | 'views_per_visit';
export type Metric = 'events' | 'views' | 'visitors' | 'views_per_visitor' | 'share' | VisitMetric | `event:${string}`;

/** Columns that are filtered by, but not grouped by: they have as many values as a site has people. */
export type PersonColumn = 'user_id' | 'session_id';
export type FilterDimension = ColumnDimension | PersonColumn | PropertyDimension | VisitDimension;

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
  metrics: (number | null)[];
}

/** Turns the agreement between who understands a query and who answers it into one declaration. */

export type TimeUnit = 'minute' | 'hour' | 'day' | 'week' | 'month';
export type ColumnDimension = 'event_type' | 'path' | 'referrer' | 'profile_id';
export type PropertyDimension = `property:${string}`;
export type TimeDimension = `time:${TimeUnit}`;
export type Dimension = TimeDimension | ColumnDimension | PropertyDimension;

export type Metric = 'events' | 'views' | 'visitors' | 'views_per_visitor' | 'share' | `event:${string}`;

export type FilterOperator = 'is' | 'is_not' | 'contains' | 'contains_not' | 'matches' | 'matches_not';

/** A condition on one dimension; several values are alternatives, null is the absence of a value. */
export interface Condition {
  op: FilterOperator;
  dimension: ColumnDimension | PropertyDimension;
  values: (string | null)[];
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
  comparison?: { range: TimeRange; buckets?: TimeBuckets };
}

export interface ResultRow {
  dimensions: (string | null)[];
  metrics: (number | null)[];
}

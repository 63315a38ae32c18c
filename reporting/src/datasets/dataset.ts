/** The interface between a dataset and its consumers: pages, exports, reports and cache warming. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type Joi from 'joi';
import type { DataSource } from '../cache/cacheable-query.js';
import type { TimeUnit } from '../query/dimension-catalogue.js';
import type { TimeRange } from '../query/resolved-query.js';
import type { WeekStart } from '../query-request/calendar.js';
import type { ReadOptions } from '../reading/admit-read.js';

/**
 * How to read the text of a value: `integer` and `decimal` are exact numbers of any size, `number` is a ratio or an average that fits a
 * double, `date` is `YYYY-MM-DD`, `instant` is ISO 8601 in UTC, `boolean` is `true` or `false`, `json` is JSON.
 */
export type ColumnType = 'text' | 'integer' | 'decimal' | 'number' | 'date' | 'instant' | 'boolean' | 'json';

export interface Column {
  /** In snake_case; the key in JSON and the header in CSV. */
  name: string;
  /** Display name. */
  title: string;
  type: ColumnType;
  /** Such as `percent` or `minutes`. For a `date`: `month`, `quarter` or `year` if it is the first day of one. The currency of a `decimal` is in another column. */
  unit?: string;
  /** For a `json` column with fixed fields: spreadsheets get one column per field, `name.field`, instead of the JSON. */
  fields?: Column[];
}

/** One text or null per column. Text keeps every digit, and most file formats are text anyway. */
export type Row = (string | null)[];

/** Everything a dataset needs to read its rows. */
export interface DatasetContext {
  /** In a snapshot transaction with time zone UTC. */
  client: PoolClient;
  siteId: string;
  /** The time zone of the request, or the site's. */
  timezone: string;
  /** The site's own time zone, in which aggregates are stored. */
  siteTimezone: string;
  /** Default: Monday. */
  weekStart?: WeekStart | undefined;
  /** Half-open. Ignored by datasets without a range. */
  range: TimeRange;
  /** First and last day of the range in `timezone`, both inclusive. */
  days: { from: string; to: string };
  now: Date;
  reads?: ReadOptions | undefined;
  /** Starts after the row with these key values. Absent: at the first row. */
  after?: (string | null)[] | undefined;
  /** Maximum number of rows. Absent: all. */
  limit?: number | undefined;
}

/** A column of the sort key. The columns of a key are unique together, and not null if SQL sorts by them. */
export interface KeyColumn {
  name: string;
  /** Default: ascending. */
  direction?: 'asc' | 'desc';
  /** The Postgres type, if it is not the usual one for the column's type. */
  sqlType?: 'uuid';
  /** Nulls come last. Only for rows sorted in memory. */
  nullable?: true;
}

export interface Dataset {
  id: string;
  title: string;
  /** Heading of its rows in a report. Default: `title`. */
  tableTitle?: string;
  /** A few sentences for API users. */
  description: string;
  /** Used if `date_range` is not given. Absent: the dataset takes no range. */
  defaultRange?: string;
  /** Its specific parameters. Every dataset also takes `site_id`, `timezone` and, with a range, `date_range` and `week_start`. */
  params: Record<string, Joi.Schema>;
  /** Checks what the schemas cannot, such as parameters that depend on each other. @throws ServiceError `invalid_request`. */
  check?: (params: DatasetParams) => void;
  /** The unit that rows are grouped by, if any. A range is limited to 10,000 of them. */
  timeUnit?: (params: DatasetParams) => TimeUnit | undefined;
  /** Example parameters, without the site. */
  example: Record<string, unknown>;
  /** What the rows depend on: events, or the tables written by aggregations. */
  reads: 'events' | 'aggregates';
  /** For the cache, if `reads` is not enough: a cached page is recomputed when one of these changes. */
  sources?: readonly DataSource[];
  /** Set if the same range gives other rows later even without new events. */
  dependsOnClock?: true;
  /** `params` have defaults filled in, here and below. */
  columns: (params: DatasetParams) => Column[];
  key: (params: DatasetParams) => KeyColumn[];
  /** Batches of rows in key order. Stops reading from the database if the consumer stops early. */
  rows: (context: DatasetContext, params: DatasetParams) => AsyncIterable<Row[]>;
}

// biome-ignore lint/suspicious/noExplicitAny: the type depends on the schema of each dataset.
export type DatasetParams = Record<string, any>;

/** The contract between a dataset and what is made of it: pages over HTTP, exports, reports, warm answers. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type Joi from 'joi';
import type { DataSource } from '../cache/cacheable-query.js';
import type { TimeUnit } from '../query/dimension-catalogue.js';
import type { TimeRange } from '../query/resolved-query.js';
import type { WeekStart } from '../query-request/calendar.js';
import type { Reads } from '../reading/read-in-turn.js';

/**
 * How the text of a value is to be read: `integer` and `decimal` are exact numbers of any size, `number` is a ratio or a mean that a
 * double holds, `date` is `YYYY-MM-DD`, `instant` is ISO 8601 in UTC, `boolean` is `true` or `false`, `json` is JSON.
 */
export type ColumnType = 'text' | 'integer' | 'decimal' | 'number' | 'date' | 'instant' | 'boolean' | 'json';

export interface Column {
  /** snake_case, as in JSON and in the first line of a CSV file. */
  name: string;
  /** For people. */
  title: string;
  type: ColumnType;
  /** Such as `percent`, `minutes`; of a `date` the period that begins then, where it is longer than a week: `month`, `quarter`, `year`. The currency of a `decimal` stands in a column of its own. */
  unit?: string;
  /** Of a `json` column whose objects have known fields: a spreadsheet has a column for each, `name.field`, and nothing else of it. */
  fields?: Column[];
}

/** A value for each column: its text, or null. Text keeps every digit and is what a file is mostly made of. */
export type Row = (string | null)[];

/** What one read of a dataset is about, resolved. */
export interface DatasetContext {
  /** Inside a transaction with one snapshot, whose time zone is UTC. */
  client: PoolClient;
  siteId: string;
  /** Of the days of this read: the one that was asked for, else the site's. */
  timezone: string;
  /** Of the site's own days: those that aggregates are kept by. */
  siteTimezone: string;
  /** Monday when absent. */
  weekStart?: WeekStart | undefined;
  /** Half-open; a dataset that takes no range ignores it. */
  range: TimeRange;
  /** First and last day of the range in `timezone`, both included. */
  days: { from: string; to: string };
  now: Date;
  reads?: Reads | undefined;
  /** Rows after the one with these key values; absent: from the first. */
  after?: (string | null)[] | undefined;
  /** Rows at most; absent: all. */
  limit?: number | undefined;
}

/** A column that rows are ordered by. Together the columns of a key are unique, and never null where a statement orders them. */
export interface KeyColumn {
  name: string;
  /** Ascending when absent. */
  direction?: 'asc' | 'desc';
  /** Of Postgres, where it is another than the one that the type of the column stands for. */
  sqlType?: 'uuid';
  /** Null comes last; for rows that are held in memory only. */
  nullable?: true;
}

export interface Dataset {
  id: string;
  title: string;
  /** Heading of its rows in a report, if it is not `title`. */
  tableTitle?: string;
  /** A sentence or two for the list of datasets. */
  description: string;
  /** The range of an answer without `date_range`; absent for a dataset that takes none. */
  defaultRange?: string;
  /** Parameters of its own, by name; every dataset also takes `site_id`, `timezone` and, with a range, `date_range` and `week_start`. */
  params: Record<string, Joi.Schema>;
  /** What the schemas cannot tell, such as a parameter that depends on another. @throws ServiceError `invalid_request`. */
  check?: (params: DatasetParams) => void;
  /** The unit of time that rows are grouped by, if any; a range may have 10,000 of them. */
  timeUnit?: (params: DatasetParams) => TimeUnit | undefined;
  /** What a person would try first, besides the site. */
  example: Record<string, unknown>;
  /** What an answer depends on: events, or the tables that aggregations write. */
  reads: 'events' | 'aggregates';
  /** The same for kept answers, where `reads` does not say it all: an answer is computed again when one of these has changed. */
  sources?: readonly DataSource[];
  /** Set where the same range has another answer later although nothing has arrived. */
  dependsOnClock?: true;
  /** With defaults filled in, as are the params of the functions below. */
  columns: (params: DatasetParams) => Column[];
  key: (params: DatasetParams) => KeyColumn[];
  /** Batches of rows in the order of the key. Ends the read in the database also when the reader stops early. */
  rows: (context: DatasetContext, params: DatasetParams) => AsyncIterable<Row[]>;
}

// biome-ignore lint/suspicious/noExplicitAny: each dataset knows what its own schema lets through.
export type DatasetParams = Record<string, any>;

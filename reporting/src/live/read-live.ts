/** Reads the live state of a site as of one instant, consistent with what `/api/v1/query` returns for the same time. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { answerBatch, type Batch } from '../query/answer-batch.js';
import { answerQuery } from '../query/answer-query.js';
import { matchingEvents } from '../query/matching-events.js';
import type { Dimension, Filter, Metric, ResolvedQuery, ResultRow, TimeRange } from '../query/resolved-query.js';
import { timeBuckets } from '../query-request/time-buckets.js';
import type { ReadOptions } from '../reading/admit-read.js';
import { createSqlParameters } from '../reading/sql-parameters.js';

export interface LiveSelection {
  siteId: string;
  /** Only matching events count. */
  filter?: Filter | undefined;
}

export interface LiveRow {
  /** Null: none, such as the source of direct visits. */
  value: string | null;
  visitors: number;
}

export interface LiveState {
  site_id: string;
  at: Date;
  /** Distinct visitors of the last five minutes. */
  visitors_now: number;
  /** Of the minute of `at` and the 29 before it, oldest first. */
  views_per_minute: number[];
  pages: LiveRow[];
  sources: LiveRow[];
  countries: LiveRow[];
  events: LastEvent[];
}

const minuteMs = 60_000;
const visitorMinutes = 5;
export const viewMinutes = 30;
const shownRows = 10;

const dimensions = { pages: 'path', sources: 'visit:source', countries: 'country' } as const satisfies Record<
  string,
  Dimension
>;

const minutesBefore = (at: Date, minutes: number): TimeRange => ({
  from: new Date(at.getTime() - minutes * minuteMs),
  to: at,
});

/** Starts with the first minute shown. */
function viewRange(at: Date): TimeRange {
  const lastMinute = Math.floor(at.getTime() / minuteMs) * minuteMs;
  return { from: new Date(lastMinute - (viewMinutes - 1) * minuteMs), to: at };
}

const liveQuery = (
  { siteId, filter }: LiveSelection,
  range: TimeRange,
  metric: Metric,
  dimension?: Dimension,
): ResolvedQuery => ({
  ...{ siteId, range, timezone: 'UTC', metrics: [metric], dimensions: dimension ? [dimension] : [] },
  ...(filter && { filter }),
  orderBy: dimension ? [{ key: metric, direction: 'desc' }] : [],
  ...{ limit: shownRows, offset: 0, totalRows: false, timeLabels: false },
});

/** Leaves out rows that have only events without a visitor. */
const shown = (rows: ResultRow[]): LiveRow[] =>
  rows
    .map(({ dimensions: [value = null], metrics: [visitors] }) => ({ value, visitors: Number(visitors) }))
    .filter(({ visitors }) => visitors > 0);

async function readNow(client: PoolClient, selection: LiveSelection, at: Date, reads: ReadOptions) {
  const range = minutesBefore(at, visitorMinutes);
  const names = Object.keys(dimensions) as (keyof typeof dimensions)[];
  const queries = [undefined, ...names.map((name) => dimensions[name])].map((dimension) =>
    liveQuery(selection, range, 'visitors', dimension),
  );
  const batch: Batch = {
    queries: queries.map((query) => ({ query })),
    ...(selection.filter && { filter: selection.filter }),
  };
  const found: ResultRow[][] = [];
  await answerBatch(client, batch, reads, (index, { rows }) => {
    found[index] = rows;
  });
  const [[all], pages, sources, countries] = found as [ResultRow[], ResultRow[], ResultRow[], ResultRow[]];
  return {
    visitors_now: Number(all!.metrics[0]),
    ...{ pages: shown(pages), sources: shown(sources), countries: shown(countries) },
  };
}

async function readViews(
  client: PoolClient,
  selection: LiveSelection,
  at: Date,
  reads: ReadOptions,
): Promise<number[]> {
  const range = viewRange(at);
  const buckets = timeBuckets('minute', range, 'UTC');
  const query = liveQuery(selection, range, 'views', 'time:minute');
  const orderBy: ResolvedQuery['orderBy'] = [{ key: 'time:minute', direction: 'asc' }];
  const { rows } = await answerQuery(client, { ...query, buckets, orderBy, limit: viewMinutes }, reads);
  const views = rows.map(({ metrics }) => Number(metrics[0]));
  // At the first instant of a minute, that minute is empty.
  return views.length < viewMinutes ? [...views, 0] : views;
}

/** `client` must be in a transaction with one snapshot. */
export async function readLive(
  client: PoolClient,
  selection: LiveSelection,
  at: Date,
  reads: ReadOptions = {},
): Promise<LiveState> {
  const { visitors_now, ...panels } = await readNow(client, selection, at, reads);
  return {
    ...{ site_id: selection.siteId, at, visitors_now },
    views_per_minute: await readViews(client, selection, at, reads),
    ...panels,
    events: await readLastEvents(client, liveQuery(selection, viewRange(at), 'events')),
  };
}

const columns = ['event_type', 'path', 'country', 'browser', 'source'] as const satisfies Dimension[];
type Column = (typeof columns)[number];

/** Contains nothing that identifies people: no users, sessions, event ids or properties, which may hold anything. */
export type LastEvent = { at: Date } & Record<Exclude<Column, 'event_type' | 'path'>, string | null> &
  Record<'event_type' | 'path', string>;

const shownEvents = 20;

/** Events that match `query`, newest first. */
export async function readLastEvents(client: PoolClient, query: ResolvedQuery): Promise<LastEvent[]> {
  const parameters = createSqlParameters(query.siteId);
  const { keys, from } = matchingEvents({ ...query, dimensions: [...columns] }, parameters);
  const shown = columns.map((name, place) => `${keys[place]} as ${name}`);
  const text = `/* reporting.readLastEvents */
select timestamp as at, ${shown.join(', ')} from ${from}
order by timestamp desc, event_id desc limit ${shownEvents}`;
  return (await client.query<LastEvent>(text, parameters.values)).rows;
}

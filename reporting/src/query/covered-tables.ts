/** CTEs with the rollup rows and raw events that cover a range. */
import { allTypes } from '@millrace/shared/contract/rollups';
import type { SqlParameters } from '../reading/sql-parameters.js';
import type { Cover } from './cover-range.js';
import { type FilterColumn, filterSql } from './filter-sql.js';
import type { RollupPlan } from './plan-rollup.js';
import { rawColumn } from './raw-columns.js';
import type { Filter } from './resolved-query.js';

/** What to read for one query: its site, its plan and how its range is covered. */
export interface RollupReading {
  siteId: string;
  plan: RollupPlan;
  /** Has conditions on event types only. */
  filter?: Filter;
  cover: Cover;
  /** For hours of the day, where a span's bucket is a stretch with one UTC offset: those offsets in seconds. */
  offsets?: number[];
}

/** A timestamp that Postgres accepts: it takes the first day after 9999 as a five-digit year without a sign. */
export const instant = (ms: number): string => new Date(ms).toISOString().replace(/^\+0/, '');

/** The hour of the day on a clock that is `seconds` ahead of UTC. */
export const hourSql = (time: string, seconds: string): string =>
  `extract(hour from (${time} at time zone 'UTC') + make_interval(secs => ${seconds}))::int`;

/** The event type in rollup rows. With the default collation, patterns match as they do on table events. */
export const rollupTypeColumn: FilterColumn = {
  sql: '(event_type collate "default")',
  nullable: false,
  indexSql: (values) => `event_type = any(${values})`,
};

interface Span {
  bucket: number;
  from: string;
  to: string;
}

/** SQL for the ranges to read, with adjacent spans joined, and for the bucket of a row: that of its span, or its local hour. */
function spansSql(
  spans: Span[],
  type: 'date' | 'timestamptz',
  offsets: number[] | undefined,
  add: SqlParameters['add'],
) {
  const tos = new Set(spans.map(({ to }) => to));
  const starts = spans.filter(({ from }) => !tos.has(from));
  const froms = new Set(spans.map(({ from }) => from));
  const ends = spans.filter(({ to }) => !froms.has(to));
  const listOf = (end: 'from' | 'to', list: Span[]) =>
    add(
      list.map((span) => span[end]),
      `${type}[]`,
    );
  const [values, all] = [spans.map(({ bucket }) => offsets?.[bucket] ?? bucket), listOf('from', spans)];
  const valueAt = (time: string) => `(${add(values, 'double precision[]')})[width_bucket(${time}, ${all})]`;
  return {
    ranges: `unnest(${listOf('from', starts)}, ${listOf('to', ends)}) as range("from", "to")`,
    bucket: (time: string) => (offsets ? hourSql(time, valueAt(time)) : `${valueAt(time)}::int`),
  };
}

/**
 * CTEs `rolled` (bucket, event_type, events, visitor_count, visitors) and `raw` (bucket, event_type, user_id). `offset 0` keeps
 * the planner from reading a table once and comparing each row with each range. Splitting a range of events in two makes it build
 * a bitmap of pages and read each page once: with many events, which it does not expect, that is four times as fast as following
 * the index. The outer bounds of all ranges exclude partitions.
 */
export function coveredTables({ plan, filter, cover, offsets }: RollupReading, parameters: SqlParameters): string {
  const { add } = parameters;
  const site = parameters.site();
  const timed = (spans: Cover['raw']) =>
    spans.map(({ bucket, from, to }) => ({ bucket, from: instant(from), to: instant(to) }));
  const daySpans = cover.days.map(({ bucket, fromDay, toDay }) => ({ bucket, from: fromDay, to: toDay }));
  const [days, intervals] = [
    spansSql(daySpans, 'date', undefined, add),
    spansSql(timed(cover.intervals), 'timestamptz', offsets, add),
  ];
  const typeCondition = plan.allTypes
    ? `event_type = any(${add([allTypes, ...plan.types], 'text[]')})`
    : `event_type <> '${allTypes}'`;
  const rows = `site_id = ${site} and dimension = 'all' and ${typeCondition}${filter ? ` and ${filterSql(filter, () => rollupTypeColumn, parameters)}` : ''}`;
  return `rolled as (
  select ${days.bucket('time')} as bucket, event_type, events, visitor_count, visitors from ${days.ranges} cross join lateral (
    select day as time, event_type, events, visitor_count, visitors from rollup_days
    where ${rows} and day >= range."from" and day < range."to" offset 0
  ) found
  union all
  select ${intervals.bucket('time')}, event_type, events, visitor_count, visitors from ${intervals.ranges} cross join lateral (
    select interval_start as time, event_type, events, visitor_count, visitors from rollup_15m
    where ${rows} and interval_start >= range."from" and interval_start < range."to" offset 0
  ) found
), raw as (
  ${rawSql(timed(cover.raw), filter, offsets, parameters)}
)`;
}

/** Without spans, table events is left out of the statement, because it has many partitions. */
function rawSql(spans: Span[], filter: Filter | undefined, offsets: number[] | undefined, parameters: SqlParameters) {
  if (spans.length === 0)
    return `select 0 as bucket, ''::text collate "C" as event_type, ''::text collate "C" as user_id where false`;
  const { add, site } = parameters;
  const { ranges, bucket } = spansSql(spans, 'timestamptz', offsets, add);
  const [first, last] = [add(spans[0]!.from, 'timestamptz'), add(spans.at(-1)!.to, 'timestamptz')];
  return `select ${bucket('time')} as bucket, event_type collate "C" as event_type, user_id collate "C" as user_id
  from ${ranges} cross join lateral (
    select timestamp as time, event_type, user_id from events
    where site_id = ${site()} and timestamp >= ${first} and timestamp < ${last} and bot is null${filter ? ` and ${filterSql(filter, rawColumn, parameters)}` : ''}
      and (timestamp >= range."from" and timestamp < range."from" + (range."to" - range."from") / 2
        or timestamp >= range."from" + (range."to" - range."from") / 2 and timestamp < range."to") offset 0
  ) found`;
}

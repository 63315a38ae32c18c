/** What a cover needs of rollups and of raw events, as tables of a statement. */
import { allTypes } from '@millrace/shared/contract/rollups';
import type { SqlParameters } from '../reading/sql-parameters.js';
import type { Cover } from './cover-range.js';
import { type FilterColumn, filterSql } from './filter-sql.js';
import type { RollupPlan } from './plan-rollup.js';
import { rawColumn } from './raw-columns.js';
import type { Filter } from './resolved-query.js';

/** What is read for one query: its site, its plan and how its range is covered. */
export interface RollupReading {
  siteId: string;
  plan: RollupPlan;
  /** On event types only. */
  filter?: Filter;
  cover: Cover;
  /** For hours of the day, where a segment's bucket is a stretch of one offset: local time minus UTC in seconds. */
  offsets?: number[];
}

/** As Postgres reads it: the day after the last one of 9999 is in a year of five digits, without a sign. */
export const instant = (ms: number): string => new Date(ms).toISOString().replace(/^\+0/, '');

/** Hour of the day that a clock shows which is ahead of UTC by so many seconds. */
export const hourSql = (time: string, seconds: string): string =>
  `extract(hour from (${time} at time zone 'UTC') + make_interval(secs => ${seconds}))::int`;

/** The type of an event in rows of rollups. Patterns match as they do on table events, whose texts are of the default collation. */
export const rollupTypeColumn: FilterColumn = {
  sql: '(event_type collate "default")',
  nullable: false,
  indexSql: (values) => `event_type = any(${values})`,
};

interface Segment {
  bucket: number;
  from: string;
  to: string;
}

/** Segments as ranges to be read, without the borders between them, and where in the cover a row lies: its bucket, or the hour of its clock. */
function readSegments(
  segments: Segment[],
  type: 'date' | 'timestamptz',
  offsets: number[] | undefined,
  add: SqlParameters['add'],
) {
  const borders = new Set(segments.map(({ to }) => to));
  const starts = segments.filter(({ from }) => !borders.has(from));
  const firsts = new Set(segments.map(({ from }) => from));
  const ends = segments.filter(({ to }) => !firsts.has(to));
  const listOf = (end: 'from' | 'to', list: Segment[]) =>
    add(
      list.map((segment) => segment[end]),
      `${type}[]`,
    );
  const [places, all] = [segments.map(({ bucket }) => offsets?.[bucket] ?? bucket), listOf('from', segments)];
  const place = (time: string) => `(${add(places, 'double precision[]')})[width_bucket(${time}, ${all})]`;
  return {
    ranges: `unnest(${listOf('from', starts)}, ${listOf('to', ends)}) as range("from", "to")`,
    bucket: (time: string) => (offsets ? hourSql(time, place(time)) : `${place(time)}::int`),
  };
}

/**
 * CTEs `rolled` (bucket, event_type, events, visitor_count, visitors) and `raw` (bucket, event_type, user_id). Offsets of 0 keep the
 * planner from reading a table once and comparing each of its rows with each range. Of two halves of a range of events it makes a bitmap
 * of pages, which it reads once each: for many events that is four times as fast as following the index, but it does not expect many.
 * The outer bounds of all leave out partitions.
 */
export function coveredTables({ plan, filter, cover, offsets }: RollupReading, parameters: SqlParameters): string {
  const { add } = parameters;
  const site = parameters.site();
  const timed = (segments: Cover['raw']) =>
    segments.map(({ bucket, from, to }) => ({ bucket, from: instant(from), to: instant(to) }));
  const ofDays = cover.days.map(({ bucket, fromDay, toDay }) => ({ bucket, from: fromDay, to: toDay }));
  const [days, intervals] = [
    readSegments(ofDays, 'date', undefined, add),
    readSegments(timed(cover.intervals), 'timestamptz', offsets, add),
  ];
  const ofTypes = plan.allTypes
    ? `event_type = any(${add([allTypes, ...plan.types], 'text[]')})`
    : `event_type <> '${allTypes}'`;
  const rows = `site_id = ${site} and dimension = 'all' and ${ofTypes}${filter ? ` and ${filterSql(filter, () => rollupTypeColumn, parameters)}` : ''}`;
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

/** Without any, table events is not looked at: it has many partitions. */
function rawSql(
  segments: Segment[],
  filter: Filter | undefined,
  offsets: number[] | undefined,
  parameters: SqlParameters,
) {
  if (segments.length === 0)
    return `select 0 as bucket, ''::text collate "C" as event_type, ''::text collate "C" as user_id where false`;
  const { add, site } = parameters;
  const { ranges, bucket } = readSegments(segments, 'timestamptz', offsets, add);
  const [first, last] = [add(segments[0]!.from, 'timestamptz'), add(segments.at(-1)!.to, 'timestamptz')];
  return `select ${bucket('time')} as bucket, event_type collate "C" as event_type, user_id collate "C" as user_id
  from ${ranges} cross join lateral (
    select timestamp as time, event_type, user_id from events
    where site_id = ${site()} and timestamp >= ${first} and timestamp < ${last} and bot is null${filter ? ` and ${filterSql(filter, rawColumn, parameters)}` : ''}
      and (timestamp >= range."from" and timestamp < range."from" + (range."to" - range."from") / 2
        or timestamp >= range."from" + (range."to" - range."from") / 2 and timestamp < range."to") offset 0
  ) found`;
}

/** What a cover needs of rollups and of raw events, as tables of a statement. */
import { allTypes } from '@millrace/shared/rollups';
import type { Cover } from './cover-range.js';
import { type FilterColumn, filterSql } from './filter-sql.js';
import type { RollupPlan } from './plan-rollup.js';
import { rawColumn } from './raw-columns.js';
import type { Filter } from './resolved-query.js';
import type { SqlParameters } from './sql-parameters.js';

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

export const instant = (ms: number): string => new Date(ms).toISOString();

/** Hour of the day that a clock shows which is ahead of UTC by so many seconds. */
export const hourSql = (time: string, seconds: string): string =>
  `extract(hour from (${time} at time zone 'UTC') + make_interval(secs => ${seconds}))::int`;

/** The type of an event in rows of rollups. Patterns match as they do on table events, whose texts are of the default collation. */
export const rolledType: FilterColumn = {
  sql: '(event_type collate "default")',
  nullable: false,
  narrow: (values) => `event_type = any(${values})`,
};

interface Range {
  bucket: number;
  from: string;
  to: string;
}

/** Rows of a range each: its first and last moment, and its bucket, or the offset of its clock. */
function rangesSql(
  ranges: Range[],
  type: 'date' | 'timestamptz',
  offsets: number[] | undefined,
  add: SqlParameters['add'],
) {
  const places = ranges.map(({ bucket }) => (offsets ? offsets[bucket]! : bucket));
  const [from, to] = (['from', 'to'] as const).map((end) =>
    add(
      ranges.map((range) => range[end]),
      `${type}[]`,
    ),
  );
  return `unnest(${add(places, 'double precision[]')}, ${from}, ${to}) as range(place, "from", "to")`;
}

/**
 * CTEs `rolled` (bucket, event_type, events, visitor_count, visitors) and `raw` (bucket, event_type, user_id). Offsets of 0 keep the
 * planner from reading a table once and comparing each of its rows with each range. Of two halves of a range of events it makes a bitmap
 * of pages, which it reads once each: for many events that is four times as fast as following the index, but it does not expect many.
 */
export function coveredTables({ plan, filter, cover, offsets }: RollupReading, parameters: SqlParameters): string {
  const { add } = parameters;
  const site = parameters.site();
  const days = cover.days.map(({ bucket, fromDay, toDay }) => ({ bucket, from: fromDay, to: toDay }));
  const timed = (ranges: Cover['raw']) =>
    ranges.map(({ bucket, from, to }) => ({ bucket, from: instant(from), to: instant(to) }));
  const ofTypes = plan.allTypes
    ? `event_type = any(${add([allTypes, ...plan.types], 'text[]')})`
    : `event_type <> '${allTypes}'`;
  const rows = `site_id = ${site} and dimension = 'all' and ${ofTypes}${filter ? ` and ${filterSql(filter, () => rolledType, parameters)}` : ''}`;
  const events = `site_id = ${site}${filter ? ` and ${filterSql(filter, rawColumn, parameters)}` : ''}`;
  const bucket = (time: string) => (offsets ? hourSql(time, 'place') : 'place::int');
  return `rolled as (
  select place::int as bucket, found.* from ${rangesSql(days, 'date', offsets, add)} cross join lateral (
    select event_type, events, visitor_count, visitors from rollup_days
    where ${rows} and day >= range."from" and day < range."to" offset 0
  ) found
  union all
  select ${bucket('time')}, event_type, events, visitor_count, visitors
  from ${rangesSql(timed(cover.intervals), 'timestamptz', offsets, add)} cross join lateral (
    select interval_start as time, event_type, events, visitor_count, visitors from rollup_15m
    where ${rows} and interval_start >= range."from" and interval_start < range."to" offset 0
  ) found
), raw as (
  select ${bucket('time')} as bucket, event_type collate "C" as event_type, user_id collate "C" as user_id
  from ${rangesSql(timed(cover.raw), 'timestamptz', offsets, add)} cross join lateral (
    select timestamp as time, event_type, user_id from events where ${events}
      and (timestamp >= range."from" and timestamp < range."from" + (range."to" - range."from") / 2
        or timestamp >= range."from" + (range."to" - range."from") / 2 and timestamp < range."to") offset 0
  ) found
)`;
}

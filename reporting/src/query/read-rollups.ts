/** Reads what a cover needs of rollups and of raw events, and counts it by group. */
import { encodeBitmap, numbersOf, splitFrames, unionSize } from '@millrace/shared/bitmap';
import type { PoolClient } from '@millrace/shared/postgres';
import { allTypes } from '@millrace/shared/rollups';
import { createSqlParameters, type SqlParameters } from '../reading/sql-parameters.js';
import type { Cover } from './cover-range.js';
import { type FilterColumn, filterSql } from './filter-sql.js';
import { bytesSql, checkBytes, mostGroupBytes } from './page-rows.js';
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

export interface Group {
  /** 0 when time is no dimension. */
  bucket: number;
  /** Null when it is no dimension. */
  type: string | null;
  events: number;
  /** One for each type of the plan. */
  ofTypes: number[];
  visitors: number;
}

/** What a statement gathers about the visitors of a group. */
interface GatheredVisitors {
  /** Bitmaps of rows, framed; null when `most` says it all. */
  frames: Buffer | null;
  /** The largest of the rows; null when there is none. */
  most: number | null;
  /** Numbers of users of raw events. */
  numbers: Buffer | null;
  /** Users of raw events that have no number, and so are in no bitmap. */
  unnumbered: number;
}

/** Columns c0, c1, ... are the counts of types. */
type GroupRow = GatheredVisitors & {
  bucket?: number;
  event_type?: string;
  events: number | null;
  bytes: number;
} & Record<`c${number}`, number>;

/** @throws ServiceError `invalid_request` for more bytes than {@link mostGroupBytes}. */
export async function readRollups(client: PoolClient, reading: RollupReading): Promise<Group[]> {
  const { text, values } = groupsStatement(reading);
  const { rows } = await client.query<GroupRow>(text, values);
  checkBytes(rows[0]?.bytes ?? 0, mostGroupBytes);
  const { types, withVisitors } = reading.plan;
  // Of no groups there is one row, with nothing but their bytes.
  const found = rows.filter((row): row is GroupRow & { events: number } => row.events !== null);
  return found.map((row) => ({
    bucket: row.bucket ?? 0,
    type: row.event_type ?? null,
    events: row.events,
    ofTypes: types.map((_type, index) => row[`c${index}`]!),
    visitors: withVisitors ? countVisitors(row) : 0,
  }));
}

function countVisitors({ frames, most, numbers, unnumbered }: GatheredVisitors): number {
  if (!frames && !numbers) return (most ?? 0) + unnumbered;
  const bitmaps = frames ? splitFrames(frames) : [];
  if (numbers) bitmaps.push(encodeBitmap(numbersOf(numbers)).bitmap);
  return unionSize(bitmaps) + unnumbered;
}

/** Bitmaps of rows of rollups, one after the other, each behind its length. */
export const framesOf = `string_agg(int4send(length(visitors)) || visitors, '')`;

/** Events are counted per user first: that can be hashed, and gives the users once each. One row alone needs no bitmap. */
function groupsStatement(reading: RollupReading): { text: string; values: unknown[] } {
  const { byTime, byType, types, withVisitors, ...plan } = reading.plan;
  const parameters = createSqlParameters(reading.siteId);
  const keys = [...(byTime ? ['bucket'] : []), ...(byType ? ['event_type'] : [])];
  const list = (columns: string[]) => columns.map((column) => `${column}, `).join('');
  const by = (columns: string[]) => (columns.length > 0 ? `group by ${columns.join(', ')}` : '');
  const ofType = types.map((type) => `filter (where event_type = ${parameters.add(type, 'text')})`);
  const counts = types.map((_type, index) => `c${index}`);
  const whole = plan.allTypes ? `filter (where event_type = '${allTypes}')` : '';
  const text = `/* reporting.readRollups */
with ${coveredTables(reading, parameters)}, part as (
  select ${list(keys)}${list(counts.map((name, index) => `sum(events) ${ofType[index]} as ${name}`))}
    sum(events) ${whole} as events, count(*) ${whole} as visitor_rows, max(visitor_count) ${whole} as most,
    ${withVisitors ? `${framesOf} ${whole}` : 'null::bytea'} as frames, null::bytea as numbers, 0::bigint as unnumbered
  from rolled ${by(keys)}
  union all
  select ${list(keys)}${list(counts.map((name) => `sum(${name})`))}
    sum(events), 0, null, null, string_agg(int4send(visitors.visitor_no), ''), count(per_user.user_id) - count(visitors.visitor_no)
  from (
    select ${list(keys)}${list(counts.map((name, index) => `count(*) ${ofType[index]} as ${name}`))}
      ${withVisitors ? 'user_id' : 'null::text as user_id'}, count(*) as events
    from raw ${by(withVisitors ? [...keys, 'user_id'] : keys)}
  ) per_user left join visitors on visitors.site_id = ${parameters.site()} and visitors.user_id = per_user.user_id
  ${by(keys)}
), groups as ${byType ? 'materialized ' : ''}(
  select ${list([...keys, ...[...counts, 'events'].map((name) => `coalesce(sum(${name}), 0)::float8 as ${name}`)])}
    case when sum(visitor_rows) > 1 or count(numbers) > 0 then string_agg(frames, '') end as frames,
    max(most)::float8 as most, string_agg(numbers, '') as numbers, sum(unnumbered)::float8 as unnumbered
  from part ${by(keys)}
)
select groups.*, bytes from (select ${byType ? bytesSql('groups', ['event_type']) : '0'} as bytes offset 0) measured
left join groups on bytes <= ${mostGroupBytes}`;
  return { text, values: parameters.values };
}

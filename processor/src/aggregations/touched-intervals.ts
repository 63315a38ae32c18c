/** Marks: which intervals may have changed since an aggregate table was last computed. */
import { markedTypes } from './aggregated-types.js';
import { lateralJoin } from './aggregation.js';
import type { ClaimedAggregation } from './claim-aggregation.js';

/** An aggregate table and the event types it counts; null for all. */
export interface MarkedTable {
  name: string;
  types: string[] | null;
}

/** A 15-minute interval and the event types that may have changed in it; null for all. */
export interface TouchedInterval {
  start: Date;
  types: string[] | null;
}

const distribute = `/* processor.distributeMarks */
with taken as (
  delete from aggregation_marks where site_id = $1 and table_name is null returning interval_start, event_types
)
insert into aggregation_marks (site_id, interval_start, event_types, table_name)
select distinct $1, interval_start, event_types, follower.name
from taken join jsonb_to_recordset($2::jsonb) as follower(name text, types text[])
  on event_types is null or follower.types is null or event_types && follower.types`;

/** Gives each table its own copy of the marks, so a slow or failing table does not hold up the others. */
export async function distributeMarks({ client, siteId }: ClaimedAggregation, tables: MarkedTable[]): Promise<void> {
  await client.query(distribute, [siteId, JSON.stringify(tables)]);
}

const collapse = `/* processor.collapseMarks */
with taken as (
  delete from aggregation_marks where site_id = $1 returning interval_start
)
insert into aggregation_marks (site_id, interval_start, table_name)
select $1, min(interval_start), follower.name from taken cross join unnest($2::text[]) as follower(name) group by follower.name`;

/** Before a full recomputation one mark per table is enough: it says that the table is still to be computed. */
export async function collapseMarks({ client, siteId }: ClaimedAggregation, tables: MarkedTable[]): Promise<void> {
  await client.query(collapse, [siteId, tables.map(({ name }) => name)]);
}

const take = `/* processor.takeAggregationMarks */
with taken as (
  delete from aggregation_marks where site_id = $1 and table_name = $2 returning interval_start, event_types
)
select distinct interval_start as start, event_types as types from taken`;

const typesOfInterval = `
    select distinct event_type from events
    where site_id = $1 and timestamp >= open.interval_start and timestamp < open.interval_start + interval '15 minutes'
      and ($3::text[] is null or event_type = any($3))`;

/**
 * Intervals that no roll has processed are aggregated too. They are marked again in the same statement: if their events are gone
 * by the next roll, that roll never saw them and could not mark the interval itself.
 */
const takeOpen = `/* processor.takeOpenIntervals */
with open as materialized (
  select distinct interval_start from rollup_marks where site_id = $1
), present as (
  select open.interval_start, event_type from ${lateralJoin('open', typesOfInterval)}
  union
  select o.interval_start, r.event_type from open o join rollup_15m r on r.interval_start = o.interval_start
  where r.site_id = $1 and r.dimension = 'all' and r.event_type <> '' and ($3::text[] is null or r.event_type = any($3))
), typed as materialized (
  select interval_start, array_agg(distinct case when event_type = any($4::text[]) then event_type else '' end) as types
  from present group by interval_start
), marked as (
  insert into aggregation_marks (site_id, interval_start, event_types, table_name) select $1, interval_start, types, $2 from typed
)
select interval_start as start, types from typed`;

const allIntervals = `/* processor.allIntervals */
select interval_start as start, null as types from rollup_15m where site_id = $1 and dimension = 'all' and event_type = ''
union select interval_start, null from rollup_marks where site_id = $1`;

/** Takes the marks of the table; all intervals with events if the site was never aggregated in its current time zone. */
export async function takeTouchedIntervals(
  claimed: ClaimedAggregation,
  { name, types }: MarkedTable,
): Promise<TouchedInterval[]> {
  const { client, siteId, timezone, rowsTimezone, rawSince } = claimed;
  const read = async (statement: string, ...values: unknown[]) =>
    (await client.query<TouchedInterval>(statement, [siteId, ...values])).rows;
  const marked = await read(take, name);
  const open = await read(takeOpen, name, types, markedTypes);
  const changed = [...marked, ...open, ...(rowsTimezone === timezone ? [] : await read(allIntervals))];
  return rawSince === undefined ? changed : changed.filter(({ start }) => start >= rawSince);
}

/** The distinct starts, ascending. */
export const startsOf = (touched: TouchedInterval[]): Date[] =>
  [...new Map(touched.map(({ start }) => [start.getTime(), start])).values()].sort(
    (one, other) => one.getTime() - other.getTime(),
  );

const markIntervals = `/* processor.markTable */
insert into aggregation_marks (site_id, interval_start, table_name) select $1, unnest($2::timestamptz[]), $3`;

/** Marks intervals for another table that depends on this one. */
export async function markTable({ client, siteId }: ClaimedAggregation, table: string, starts: Date[]): Promise<void> {
  if (starts.length > 0) await client.query(markIntervals, [siteId, starts, table]);
}

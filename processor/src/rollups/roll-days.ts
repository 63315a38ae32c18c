/** Fresh rows of rollup_days for marked days of a site; the marks go in the same transaction. */
import { createVisitorSet, splitFrames } from '@millrace/shared/bitmap';
import type { PoolClient } from '@millrace/shared/postgres';
import { allTypes } from '@millrace/shared/rollups';
import { addDays, dayStart } from '@millrace/shared/zone-days';
import type { ClaimedSite } from './claim-site.js';
import { type Group, groupEventsStatement } from './group-events.js';
import { allDimensions, encodeGroup } from './roll-intervals.js';
import { type RollupRow, writeRollups } from './write-rollups.js';

/** A day's group as its intervals have it: bitmaps one after the other, each behind its length. */
interface SummedIntervals extends Omit<RollupRow, 'visitors'> {
  frames: Buffer;
}

/** Events that one transaction should count: enough to be worth it, few enough to be over in a second or two. */
export const eventsPerChunk = 200_000;

/** The newest days, as many as have no more events together than that, or one. */
const takeMarks = `/* processor.takeDayMarks */
with marked as materialized (
  select day from rollup_day_marks where site_id = $1 and day < $2 order by day desc limit 32
), weighed as (
  select day, row_number() over newest as number, sum((
    select sum(events) from rollup_15m where site_id = $1 and dimension = 'all' and event_type = '${allTypes}'
      and interval_start >= day::timestamp at time zone $3 and interval_start < (day + 1)::timestamp at time zone $3
  )) over newest as events
  from marked window newest as (order by day desc)
), taken as (
  delete from rollup_day_marks where site_id = $1 and day in (
    select day from weighed where number = 1 or coalesce(events, 0) <= $4)
  returning day
)
select day::text from taken order by taken.day`;

const removeRows = `/* processor.removeDays */
delete from rollup_days where site_id = $1 and dimension = any($2) and day = any($3)`;

/** Each day by itself, in the order of the index, so that readers find together what they read together. */
const sumIntervals = `/* processor.sumIntervals */
select day as bucket, dimension, event_type, value, events, visitor_count, frames
from unnest($3::timestamptz[], $4::timestamptz[], $5::text[]) as range("from", "to", day) cross join lateral (
  select dimension, event_type, value, sum(events)::int as events, max(visitor_count) as visitor_count,
    string_agg(int4send(length(visitors)) || visitors, '') as frames
  from rollup_15m
  where site_id = $1 and dimension = any($2) and interval_start >= range."from" and interval_start < range."to"
  group by dimension, event_type, value) as summed
order by dimension, day, event_type, hashtextextended(value, 0)`;

function uniteIntervals({ frames, ...group }: SummedIntervals): RollupRow {
  const bitmaps = splitFrames(frames);
  if (bitmaps.length === 1) return { ...group, visitors: bitmaps[0]! };
  const visitors = createVisitorSet();
  try {
    for (const bitmap of bitmaps) visitors.addBitmap(bitmap);
    return { ...group, visitor_count: visitors.size, visitors: visitors.toBitmap() };
  } finally {
    visitors.dispose();
  }
}

interface Day {
  day: string;
  from: Date;
  to: Date;
}

const columns = (days: Day[]) => [days.map(({ from }) => from), days.map(({ to }) => to), days.map(({ day }) => day)];

export interface RolledDays {
  days: number;
  /** How many were written. */
  rows: number;
}

/** From intervals; returns the number of rows. */
async function sumDays(client: PoolClient, siteId: string, dimensions: string[], days: Day[]): Promise<number> {
  if (days.length === 0) return 0;
  const names = days.map(({ day }) => day);
  await client.query(removeRows, [siteId, dimensions, names]);
  const intervals = { statement: sumIntervals, values: [siteId, dimensions, ...columns(days)] };
  return writeRollups<SummedIntervals>(client, siteId, 'rollup_days', intervals, uniteIntervals);
}

/** From raw events; returns the number of rows. */
async function groupDays(client: PoolClient, siteId: string, dimensions: string[], days: Day[]): Promise<number> {
  if (days.length === 0) return 0;
  const names = days.map(({ day }) => day);
  await client.query(removeRows, [siteId, dimensions, names]);
  const events = { statement: groupEventsStatement('day', dimensions), values: [siteId, ...columns(days)] };
  return writeRollups<Group>(client, siteId, 'rollup_days', events, encodeGroup);
}

/**
 * Computes some of the newest marked days before `today` (of the site's rolled zone): from intervals where all dimensions are
 * there, else from raw events. Details of a day whose raw events are gone, or a part of them, stay as they are. Undefined when no
 * day is marked.
 */
export async function rollDays(client: PoolClient, site: ClaimedSite, today: string): Promise<RolledDays | undefined> {
  const { siteId, timezone, detailSince, rawSince } = site;
  const { rows: marked } = await client.query<{ day: string }>(takeMarks, [siteId, today, timezone, eventsPerChunk]);
  if (marked.length === 0) return undefined;
  const days = marked.map(({ day }) => ({
    day,
    from: dayStart(day, timezone),
    to: dayStart(addDays(day, 1), timezone),
  }));
  const older = days.filter(({ from }) => from < detailSince);
  const known = older.filter(({ from }) => rawSince === null || from >= rawSince);
  const details = allDimensions.filter((name) => name !== 'all');
  const rows =
    (await sumDays(client, siteId, allDimensions, days.slice(older.length))) +
    (await sumDays(client, siteId, ['all'], older)) +
    (await groupDays(client, siteId, details, known));
  return { days: days.length, rows };
}

/** Recomputes the marked days of a site from its intervals, in one transaction with the removal of their marks. */
import { createVisitorSet, splitFrames } from '@millrace/shared/bitmap/bitmap';
import { allTypes } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { addDays, dayStart } from '@millrace/shared/time/zone-days';
import type { ClaimedSite } from './claim-site.js';
import { type RollupRow, writeRollups } from './write-rollups.js';

/** A row of a day, summed; `frames` are the bitmaps of its intervals, each prefixed with its length. */
interface SummedIntervals extends Omit<RollupRow, 'visitors'> {
  frames: Buffer;
}

/** Events per transaction: enough to be worth its overhead, few enough to take only a second or two. */
export const eventsPerChunk = 200_000;

/** Takes the newest days, up to that many events together, but at least one day. */
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
delete from rollup_days where site_id = $1 and dimension = 'all' and day = any($2)`;

const sumIntervals = `/* processor.sumIntervals */
select day as bucket, event_type, events, visitor_count, frames
from unnest($2::timestamptz[], $3::timestamptz[], $4::text[]) as range("from", "to", day) cross join lateral (
  select event_type, sum(events)::int as events, max(visitor_count) as visitor_count,
    string_agg(int4send(length(visitors)) || visitors, '') as frames
  from rollup_15m
  where site_id = $1 and dimension = 'all' and interval_start >= range."from" and interval_start < range."to"
  group by event_type) as summed`;

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

export interface RolledDays {
  days: number;
  /** Rows written. */
  rows: number;
}

/** Rolls some of the newest marked days before `today` (in the time zone of rollup_days). Undefined when no day is marked. */
export async function rollDays(client: PoolClient, site: ClaimedSite, today: string): Promise<RolledDays | undefined> {
  const { siteId, timezone } = site;
  const marked = await client.query<{ day: string }>(takeMarks, [siteId, today, timezone, eventsPerChunk]);
  if (marked.rows.length === 0) return undefined;
  const days = marked.rows.map(({ day }) => day);
  await client.query(removeRows, [siteId, days]);
  const summed = await client.query<SummedIntervals>(sumIntervals, [
    siteId,
    days.map((day) => dayStart(day, timezone)),
    days.map((day) => dayStart(addDays(day, 1), timezone)),
    days,
  ]);
  await writeRollups(client, siteId, 'rollup_days', summed.rows.map(uniteIntervals));
  return { days: days.length, rows: summed.rows.length };
}

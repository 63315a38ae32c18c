/** Turns a marked day of a site into fresh rows of rollup_days, in one transaction with the removal of its mark. */
import { createVisitorSet, splitFrames } from '@millrace/shared/bitmap';
import type { PoolClient } from '@millrace/shared/postgres';
import { addDays, dayStart } from '@millrace/shared/zone-days';
import type { ClaimedSite } from './claim-site.js';
import { type Group, groupEventsStatement } from './group-events.js';
import { allDimensions, encodeGroup } from './roll-intervals.js';
import { type RollupRow, writeRollups } from './write-rollups.js';

/** A day's group as its intervals have it: bitmaps one after the other, each behind its length. */
interface SummedIntervals extends Omit<RollupRow, 'visitors'> {
  frames: Buffer;
}

const takeMark = `/* processor.takeDayMark */
with taken as (
  delete from rollup_day_marks where site_id = $1 and day = (
    select day from rollup_day_marks where site_id = $1 and day < $2 order by day desc limit 1)
  returning day
)
select day::text from taken`;

const removeRows = `/* processor.removeDay */
delete from rollup_days where site_id = $1 and dimension = any($2) and day = $3`;

/** In the order of the index, so that readers find together what they read together. */
const sumIntervals = `/* processor.sumIntervals */
select $5::text as bucket, dimension, event_type, value, sum(events)::int as events,
  max(visitor_count) as visitor_count, string_agg(int4send(length(visitors)) || visitors, '') as frames
from rollup_15m
where site_id = $1 and dimension = any($2) and interval_start >= $3 and interval_start < $4
group by dimension, event_type, value
order by dimension, event_type, hashtextextended(value, 0)`;

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

/**
 * Computes `day` from intervals where all dimensions are there, else from raw events; returns the number of rows. Details of a
 * day whose raw events are gone, or a part of them, stay as they are.
 */
async function writeDay(client: PoolClient, site: ClaimedSite, day: string): Promise<number> {
  const { siteId, timezone, detailSince, rawSince } = site;
  const [from, to] = [dayStart(day, timezone), dayStart(addDays(day, 1), timezone)];
  const summed = from >= detailSince ? allDimensions : ['all'];
  const isGone = rawSince !== null && from < rawSince;
  const grouped = isGone ? [] : allDimensions.filter((name) => !summed.includes(name));
  await client.query(removeRows, [siteId, [...summed, ...grouped], day]);
  const fromIntervals = { statement: sumIntervals, values: [siteId, summed, from, to, day] };
  let rows = await writeRollups<SummedIntervals>(client, siteId, 'rollup_days', fromIntervals, uniteIntervals);
  if (grouped.length > 0) {
    const fromEvents = { statement: groupEventsStatement('day', grouped), values: [siteId, [from], [to], day] };
    rows += await writeRollups<Group>(client, siteId, 'rollup_days', fromEvents, encodeGroup);
  }
  return rows;
}

/** Computes the newest marked day before `today` (of the site's rolled zone); undefined when there is none. */
export async function rollNextDay(
  client: PoolClient,
  site: ClaimedSite,
  today: string,
): Promise<{ days: number; rows: number } | undefined> {
  const { rows } = await client.query<{ day: string }>(takeMark, [site.siteId, today]);
  const day = rows[0]?.day;
  if (day === undefined) return undefined;
  return { days: 1, rows: await writeDay(client, site, day) };
}

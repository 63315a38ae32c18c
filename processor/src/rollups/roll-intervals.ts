/** Counts marked intervals of a site again, and writes their segments, in one transaction with the removal of their marks. */
import { encodeBitmap, numbersOf } from '@millrace/shared/bitmap';
import type { PoolClient } from '@millrace/shared/postgres';
import { rollupDimensions } from '@millrace/shared/rollups';
import { dayOf } from '@millrace/shared/zone-days';
import { writeSegments } from '../segments/segment-intervals.js';
import type { ClaimedSite } from './claim-site.js';
import { type Group, groupEventsStatement } from './group-events.js';
import { markAggregates } from './mark-aggregates.js';
import { joinIntervals } from './time-ranges.js';
import { createTypeChanges, type RemovedRow, type TypeChanges } from './type-changes.js';
import { numberVisitors } from './visitor-numbers.js';
import { type RollupRow, writeRollups } from './write-rollups.js';

export interface RolledIntervals {
  intervals: number;
  events: number;
  rows: number;
}

export const allDimensions = rollupDimensions.map(({ name }) => name);

/** Newest first: what people look at is there before the past of a large import. What is taken is counted, see migration 0018. */
const takeMarks = `/* processor.takeMarks */
with chunk as materialized (
  select interval_start from rollup_marks where site_id = $1 and interval_start < $2
  group by interval_start order by interval_start desc limit $3
), taken as (
  delete from rollup_marks using chunk
  where rollup_marks.site_id = $1 and rollup_marks.interval_start = chunk.interval_start
  returning rollup_marks.interval_start
), counted as (
  insert into site_changes (site_id, day, changes)
  select $1, (interval_start at time zone 'UTC')::date, count(*) from taken group by 2
  on conflict (site_id, day) do update set changes = site_changes.changes + excluded.changes
)
select interval_start as "start" from chunk order by 1`;

/** What they said of each type of events comes back, visitors by their hash: they may be of many bytes. */
const removeRows = `/* processor.removeIntervals */
with gone as (
  delete from rollup_15m where site_id = $1 and dimension = any($2) and interval_start = any($3)
  returning interval_start, event_type, events, dimension = 'all' and event_type <> '' as is_of_type,
    case when dimension = 'all' and event_type <> '' then sha256(visitors) end as hash
)
select interval_start as start, event_type as type, events, hash from gone where is_of_type`;

const markDays = `/* processor.markDays */
insert into rollup_day_marks (site_id, day) select $1, day from unnest($2::date[]) as day on conflict do nothing`;

/** The row of a group of raw events. */
export function encodeGroup({ numbers, ...group }: Group): RollupRow {
  const { bitmap, size } = encodeBitmap(numbersOf(numbers ?? Buffer.alloc(0)));
  return { ...group, visitor_count: size, visitors: bitmap };
}

/** Marks days as to be computed; under the claim of the site. */
export async function markDaysOf(client: PoolClient, site: ClaimedSite, intervals: Date[]): Promise<void> {
  const days = new Set(intervals.map((start) => dayOf(start, site.timezone)));
  await client.query(markDays, [site.siteId, [...days]]);
}

/** Computes `intervals` (ascending) with the rows of `dimensions`; returns how many events and rows they have. */
async function writeIntervals(
  client: PoolClient,
  siteId: string,
  intervals: Date[],
  dimensions: string[],
  changes: TypeChanges,
) {
  const total = { events: 0, rows: 0 };
  if (intervals.length === 0) return total;
  const { from, to } = joinIntervals(intervals);
  const statement = groupEventsStatement('interval', dimensions);
  total.rows = await writeRollups<Group>(
    client,
    siteId,
    'rollup_15m',
    { statement, values: [siteId, from, to] },
    (group) => {
      const row = encodeGroup(group);
      if (group.dimension !== 'all') return row;
      if (group.event_type === '') total.events += group.events;
      else changes.addNew(new Date(group.bucket), group.event_type, row);
      return row;
    },
  );
  return total;
}

/** Rolls up to `limit` marked intervals that ended before `closedBefore`; zeros when there are none. */
export async function rollIntervals(
  client: PoolClient,
  site: ClaimedSite,
  closedBefore: Date,
  limit: number,
): Promise<RolledIntervals> {
  const { rows } = await client.query<{ start: Date }>(takeMarks, [site.siteId, closedBefore, limit]);
  if (rows.length === 0) return { intervals: 0, events: 0, rows: 0 };
  // Nothing marks what was dropped; if something did, the mark would go and the rollup stay.
  const intervals = rows.map(({ start }) => start).filter((start) => site.rawSince === null || start >= site.rawSince);
  await numberVisitors(client, site, joinIntervals(intervals));
  await writeSegments(client, site.siteId, intervals);
  const removed = await client.query<RemovedRow>(removeRows, [site.siteId, allDimensions, intervals]);
  const changes = createTypeChanges(removed.rows);
  const firstDetailed = intervals.findIndex((start) => start >= site.detailSince);
  const split = firstDetailed === -1 ? intervals.length : firstDetailed;
  const old = await writeIntervals(client, site.siteId, intervals.slice(0, split), ['all'], changes);
  const detailed = await writeIntervals(client, site.siteId, intervals.slice(split), allDimensions, changes);
  await markDaysOf(client, site, intervals);
  await markAggregates(client, site.siteId, intervals, changes);
  return { intervals: rows.length, events: old.events + detailed.events, rows: old.rows + detailed.rows };
}

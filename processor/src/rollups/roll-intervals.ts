/** Recounts the marked intervals of a site and writes their segments, in one transaction with the removal of their marks. */
import { allTypes } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { startOf } from '@millrace/shared/segments/interval-ranges';
import { dayOf } from '@millrace/shared/time/zone-days';
import { toMarkedTypes } from '../aggregations/aggregated-types.js';
import { boundsOf } from '../segments/read-events.js';
import { writeSegments } from '../segments/segment-intervals.js';
import type { ClaimedSite } from './claim-site.js';
import { countIntervals } from './count-intervals.js';
import { groupEvents } from './group-events.js';
import { createTypeChanges, type RemovedRow, type TypeChanges } from './type-changes.js';
import { numberVisitors } from './visitor-numbers.js';
import { type RollupRow, writeRollups } from './write-rollups.js';

export interface RolledIntervals {
  intervals: number;
  events: number;
  rows: number;
}

/** Newest first, so current figures do not wait for the past of a large import. Taken marks are counted, see migration 0018. */
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

/** Returns the old rows of each event type, with a hash of the visitors, which may be large. */
const removeRows = `/* processor.removeIntervals */
with gone as (
  delete from rollup_15m where site_id = $1 and dimension = 'all' and interval_start = any($2)
  returning interval_start, event_type, events, case when event_type <> '${allTypes}' then sha256(visitors) end as hash
)
select interval_start as start, event_type as type, events, hash from gone where event_type <> '${allTypes}'`;

const markDays = `/* processor.markDays */
insert into rollup_day_marks (site_id, day) select $1, day from unnest($2::date[]) as day on conflict do nothing`;

/** Marks the days of intervals to be recomputed; requires the claim of the site. */
export async function markDaysOf(client: PoolClient, site: ClaimedSite, intervals: Date[]): Promise<void> {
  const days = new Set(intervals.map((start) => dayOf(start, site.timezone)));
  await client.query(markDays, [site.siteId, [...days]]);
}

/** Writes the segments of intervals and returns their rollup rows. */
async function countAndWrite(client: PoolClient, siteId: string, intervals: Date[]): Promise<RollupRow[]> {
  const rows: RollupRow[] = [];
  await writeSegments(client, siteId, intervals, async (covers, events) => {
    const [types, bots] = [events?.columns.get('event_type'), events?.columns.get('bot')];
    if (types && bots) {
      rows.push(...countIntervals(events!, { types, bots }, startOf(covers[0]!).getTime()));
      return;
    }
    const ranges = boundsOf(covers);
    await numberVisitors(client, siteId, ranges);
    rows.push(...(await groupEvents(client, siteId, ranges)));
  });
  return rows;
}

/** Starts, in milliseconds, of intervals with only bots. */
const intervalsOfBots = (rows: RollupRow[]): Set<number> =>
  new Set(
    rows.filter((row) => row.event_type === allTypes && row.events === 0).map(({ bucket }) => Date.parse(bucket)),
  );

/** Returns the number of events and adds the new rows to `changes`. */
function compareRows(rows: RollupRow[], changes: TypeChanges): number {
  let events = 0;
  for (const row of rows) {
    if (row.event_type === allTypes) events += row.events;
    else changes.addNew(new Date(row.bucket), row.event_type, row);
  }
  return events;
}

const markChanged = `/* processor.markAggregates */
insert into aggregation_marks (site_id, interval_start, event_types)
select $1, start, types from jsonb_to_recordset($2::jsonb) as mark(start timestamptz, types text[])`;

/**
 * An interval that was rolled again without any change was requested explicitly, so all its aggregates are recomputed as well.
 * `botsOnly` has the starts, in milliseconds, of intervals with only bots, which no aggregate counts.
 */
async function markAggregates(
  client: PoolClient,
  siteId: string,
  intervals: Date[],
  changes: TypeChanges,
  botsOnly: ReadonlySet<number>,
): Promise<void> {
  const marks = intervals.flatMap((start) => {
    const types = toMarkedTypes(changes.of(start));
    if (types.length > 0) return { start, types };
    return botsOnly.has(start.getTime()) ? [] : { start, types: null };
  });
  await client.query(markChanged, [siteId, JSON.stringify(marks)]);
}

/** Rolls up to `limit` marked intervals that ended before `closedBefore`; zeros if there are none. */
export async function rollIntervals(
  client: PoolClient,
  site: ClaimedSite,
  closedBefore: Date,
  limit: number,
): Promise<RolledIntervals> {
  const { siteId, rawSince } = site;
  const marks = await client.query<{ start: Date }>(takeMarks, [siteId, closedBefore, limit]);
  if (marks.rows.length === 0) return { intervals: 0, events: 0, rows: 0 };
  // Dropped intervals are never marked; if one were, its mark would be removed and its rollup kept.
  const intervals = marks.rows.map(({ start }) => start).filter((start) => rawSince === null || start >= rawSince);
  const rows = await countAndWrite(client, siteId, intervals);
  const removed = await client.query<RemovedRow>(removeRows, [siteId, intervals]);
  await writeRollups(client, siteId, 'rollup_15m', rows);
  const changes = createTypeChanges(removed.rows);
  const events = compareRows(rows, changes);
  await markDaysOf(client, site, intervals);
  await markAggregates(client, siteId, intervals, changes, intervalsOfBots(rows));
  return { intervals: marks.rows.length, events, rows: rows.length };
}

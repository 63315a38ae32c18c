/** Builds missing segments of intervals that were rolled earlier: newest first, some per transaction. */
import { allTypes } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { ClaimedSite } from '../rollups/claim-site.js';
import { eventsPerChunk } from '../rollups/roll-days.js';
import { writeSegments } from './segment-intervals.js';

const removedAtOnce = 100;

/** Segments from before an older release rolled may contain events that were erased since. */
const removeOld = `/* processor.removeOldSegments */
delete from segments where site_id = $1
  and version in (select version from segments where site_id = $1 order by version limit ${removedAtOnce})`;

/** Uses `greatest`, as the clock of the last roll may have been ahead. Unused values are purged once all segments are built. */
const begin = `/* processor.beginSegments */
update site_rollups set segments_purge = true, segments_since = greatest($2, (
  select max(interval_start) + interval '15 minutes' from rollup_15m
  where site_id = $1 and dimension = 'all' and event_type = '${allTypes}'))
where site_id = $1`;

const setSegmentsSince =
  '/* processor.setSegmentsSince */ update site_rollups set segments_since = $2 where site_id = $1';

/** Every rolled interval has this row. Intervals without raw events are skipped. */
const newestIntervals = `/* processor.newestIntervals */
select interval_start as start, events from rollup_15m
where site_id = $1 and dimension = 'all' and event_type = '${allTypes}' and interval_start < $2
  and interval_start >= coalesce($3::timestamptz, '-infinity')
order by interval_start desc limit 2000`;

/** The newest intervals, up to the events of one transaction; at least one. */
function newestChunk(intervals: { start: Date; events: number }[]): Date[] {
  let events = 0;
  const taken = intervals.findIndex((interval, at) => {
    events += interval.events;
    return at > 0 && events > eventsPerChunk;
  });
  return intervals.slice(0, taken === -1 ? intervals.length : taken).map(({ start }) => start);
}

/** Builds some more segments; undefined when they are complete. From `closedBefore` on, rolls write them anyway. */
export async function fillSegments(client: PoolClient, site: ClaimedSite, closedBefore: Date) {
  const { siteId, rawSince, segmentsSince } = site;
  if (segmentsSince === null) {
    const { rowCount } = await client.query(removeOld, [siteId]);
    if (rowCount! < removedAtOnce) await client.query(begin, [siteId, closedBefore]);
    return {};
  }
  if (!(segmentsSince instanceof Date)) return undefined;
  const found = await client.query<{ start: Date; events: number }>(newestIntervals, [siteId, segmentsSince, rawSince]);
  const intervals = newestChunk(found.rows).reverse();
  if (intervals.length > 0) await writeSegments(client, siteId, intervals);
  await client.query(setSegmentsSince, [siteId, intervals[0] ?? '-infinity']);
  return intervals.length > 0 ? {} : undefined;
}

/** Writes segments of intervals from their raw events. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import {
  dayOf,
  type IntervalRanges,
  intervalOf,
  monthOf,
  rangesOf,
  startOf,
} from '@millrace/shared/segments/interval-ranges';
import { segmentLimits } from '@millrace/shared/segments/segment-columns';
import { assignCodes } from './assign-codes.js';
import type { GatheredEvents } from './gather-events.js';
import { boundsOf, readEvents } from './read-events.js';
import { packEvents, storeSegment } from './write-segment.js';

const countEvents = `/* processor.countSegmentEvents */
select count(*)::int as rows from events where site_id = $1 and timestamp >= $2 and timestamp < $3`;

/** Stores a segment without data for an interval with too many events: queries read its raw events. */
async function storeWithoutData(client: PoolClient, siteId: string, covers: number[]): Promise<void> {
  const found = await client.query<{ rows: number }>(countEvents, [siteId, ...covers.map(startOf)]);
  await storeSegment(client, siteId, { covers, rows: found.rows[0]!.rows, packed: undefined });
}

/** Receives the events of each segment; undefined if there are too many, in which case their users may not be numbered yet. */
export type OnSegment = (covers: IntervalRanges, events: GatheredEvents | undefined) => Promise<void> | void;

/** Writes one segment, or splits the intervals in half if they have too many events. */
async function writeSegment(
  client: PoolClient,
  siteId: string,
  intervals: number[],
  onSegment: OnSegment,
): Promise<void> {
  const covers = rangesOf(intervals);
  const isOne = intervals.length === 1;
  const limit = isOne ? segmentLimits.rows : segmentLimits.gatheredRows;
  const events = await readEvents(client, siteId, covers, limit);
  if (events === undefined && !isOne) {
    const half = intervals.length >> 1;
    await writeSegment(client, siteId, intervals.slice(0, half), onSegment);
    await writeSegment(client, siteId, intervals.slice(half), onSegment);
    return;
  }
  await onSegment(covers, events);
  if (events === undefined) return storeWithoutData(client, siteId, covers);
  const texts = [...events.columns].flatMap(([name, column]) => (column ? [[name, column.texts] as const] : []));
  const codes = await assignCodes(client, siteId, new Map(texts));
  await storeSegment(client, siteId, { covers, rows: events.rows, packed: packEvents(events, codes) });
}

/** Days with fewer events together become one segment, as they would be merged anyway. */
const quietRows = 20_000;

const countDays = `/* processor.countDaysOfEvents */
select floor(extract(epoch from timestamp) / 86400)::int as day, count(*)::int as rows
from unnest($2::timestamptz[], $3::timestamptz[]) as range("from", "to")
join events on site_id = $1 and timestamp >= range."from" and timestamp < range."to" group by day`;

/** Groups intervals by UTC day; consecutive quiet days of a month share a group. */
async function groupIntervals(client: PoolClient, siteId: string, intervals: number[]): Promise<number[][]> {
  if (dayOf(intervals[0]!) === dayOf(intervals.at(-1)!)) return [intervals];
  const found = await client.query<{ day: number; rows: number }>(countDays, [
    siteId,
    ...Object.values(boundsOf(rangesOf(intervals))),
  ]);
  const rowsOf = new Map(found.rows.map(({ day, rows }) => [day, rows]));
  const groups: number[][] = [];
  let [rows, day] = [0, -1];
  for (const interval of intervals) {
    const group = groups.at(-1);
    const isNext = dayOf(interval) !== day;
    day = dayOf(interval);
    const eventsOfDay = isNext ? (rowsOf.get(day) ?? 0) : 0;
    if (group && (!isNext || (rows + eventsOfDay <= quietRows && monthOf(group[0]!) === monthOf(interval)))) {
      group.push(interval);
      rows += eventsOfDay;
    } else {
      groups.push([interval]);
      rows = eventsOfDay;
    }
  }
  return groups;
}

/**
 * Writes the segments of `intervals`, given ascending, with or without events: one for each UTC day or for several quiet days.
 * Numbers the users of the events it reads, see {@link OnSegment}. Requires the claim of the site.
 */
export async function writeSegments(
  client: PoolClient,
  siteId: string,
  intervals: Date[],
  onSegment: OnSegment = () => {},
): Promise<void> {
  if (intervals.length === 0) return;
  for (const group of await groupIntervals(client, siteId, intervals.map(intervalOf))) {
    await writeSegment(client, siteId, group, onSegment);
  }
}

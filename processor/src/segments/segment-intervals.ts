/** Writes segments of rolled intervals from their raw events. */
import type { PoolClient } from '@millrace/shared/postgres';
import { intervalMs } from '@millrace/shared/rollups';
import { intervalOf, rangesOf, startOf } from '@millrace/shared/segments/interval-ranges';
import { eventColumns, segmentLimits } from '@millrace/shared/segments/segment-columns';
import { createGatherer, type EventRow, type GatheredEvents } from './gather-events.js';
import { giveCodes } from './give-codes.js';
import { packEvents, storeSegment } from './write-segment.js';

/** One range comes in the order of the key, so that nothing is sorted here but by visitors; several are sorted by Postgres. */
const selectEvents = (isOne: boolean) => `/* processor.selectSegmentEvents */
declare segment_events no scroll cursor for
select coalesce(visitor_no, 0), (extract(epoch from timestamp) * 1000000)::bigint, session_id, properties::text,
  ${eventColumns.map(({ sql }) => sql).join(', ')}
from ${isOne ? 'events' : rangesOfEvents} left join visitors on visitors.site_id = $1 and visitors.user_id = events.user_id collate "C"
where events.site_id = $1 and timestamp >= ${isOne ? '$2' : 'range."from"'} and timestamp < ${isOne ? '$3' : 'range."to"'}
order by timestamp, event_id`;

const rangesOfEvents = `unnest($2::timestamptz[], $3::timestamptz[]) as range("from", "to") cross join events`;

const rowsAtOnce = 5_000;
const fetchEvents = `/* processor.selectSegmentEvents */ fetch ${rowsAtOnce} from segment_events`;
const closeEvents = '/* processor.selectSegmentEvents */ close segment_events';

/** Postgres' own text of every value. */
const asText = { getTypeParser: () => (value: string) => value };

/** Instants at which ranges begin, and at which they end. */
const boundsOf = (covers: readonly number[]): [from: Date[], to: Date[]] => [
  covers.filter((_, at) => at % 2 === 0).map(startOf),
  covers.filter((_, at) => at % 2 === 1).map(startOf),
];

/** Reads the events of ranges until `add` says that there is room for no more; returns what it said last. */
async function readEvents(
  client: PoolClient,
  siteId: string,
  covers: readonly number[],
  add: (row: EventRow) => boolean,
): Promise<boolean> {
  const [from, to] = boundsOf(covers);
  const isOne = from.length === 1;
  await client.query(selectEvents(isOne), [siteId, ...(isOne ? [from[0], to[0]] : [from, to])]);
  const fetch = () => client.query<EventRow>({ text: fetchEvents, rowMode: 'array', types: asText as never });
  let fetching = fetch();
  let fits = true;
  while (fits) {
    const { rows } = await fetching;
    const isLast = rows.length < rowsAtOnce;
    if (!isLast) fetching = fetch();
    fetching.catch(() => {}); // fails where it is waited for
    fits = rows.every(add);
    if (isLast) break;
  }
  await client.query(closeEvents);
  return fits;
}

/** The events of intervals, as ranges; undefined when there are more than `limit`. */
async function gatherEvents(
  client: PoolClient,
  siteId: string,
  covers: number[],
  limit: number,
): Promise<GatheredEvents | undefined> {
  const gatherer = createGatherer(startOf(covers[0]!).getTime());
  const add = (row: EventRow) => {
    if (gatherer.rows === limit) return false;
    gatherer.add(row);
    return true;
  };
  return (await readEvents(client, siteId, covers, add)) ? gatherer.finish() : undefined;
}

const countEvents = `/* processor.countSegmentEvents */
select count(*)::int as rows from events where site_id = $1 and timestamp >= $2 and timestamp < $3`;

/** Leaves an interval of too many events to be read one by one. */
async function leaveToRaw(client: PoolClient, siteId: string, covers: number[]): Promise<number> {
  const found = await client.query<{ rows: number }>(countEvents, [siteId, ...covers.map(startOf)]);
  const { rows } = found.rows[0]!;
  await storeSegment(client, siteId, { covers, rows, packed: undefined });
  return rows;
}

/** One segment. Halves of the intervals become segments of their own where they have too many events together. */
async function writeSegment(client: PoolClient, siteId: string, intervals: number[]): Promise<number> {
  const covers = rangesOf(intervals);
  const isOne = intervals.length === 1;
  const limit = isOne ? segmentLimits.rows : segmentLimits.gatheredRows;
  const events = await gatherEvents(client, siteId, covers, limit);
  if (events !== undefined) {
    const texts = [...events.columns].flatMap(([name, column]) => (column ? [[name, column.texts] as const] : []));
    const codes = await giveCodes(client, siteId, new Map(texts));
    await storeSegment(client, siteId, { covers, rows: events.rows, packed: packEvents(events, codes) });
    return events.rows;
  }
  if (isOne) return leaveToRaw(client, siteId, covers);
  const half = intervals.length >> 1;
  const first = await writeSegment(client, siteId, intervals.slice(0, half));
  return first + (await writeSegment(client, siteId, intervals.slice(half)));
}

const intervalsPerDay = 86_400_000 / intervalMs;
const dayOf = (interval: number) => Math.floor(interval / intervalsPerDay);
const monthOf = (interval: number) => startOf(interval).toISOString().slice(0, 7);

/** Days with fewer events together become one segment: they would be merged anyway. */
const quietRows = 20_000;

const countDays = `/* processor.countDaysOfEvents */
select floor(extract(epoch from timestamp) / 86400)::int as day, count(*)::int as rows
from unnest($2::timestamptz[], $3::timestamptz[]) as range("from", "to")
join events on site_id = $1 and timestamp >= range."from" and timestamp < range."to" group by day`;

/** Intervals by UTC day, days in a row of one month together while they are quiet. */
async function groupIntervals(client: PoolClient, siteId: string, intervals: number[]): Promise<number[][]> {
  if (dayOf(intervals[0]!) === dayOf(intervals.at(-1)!)) return [intervals];
  const found = await client.query<{ day: number; rows: number }>(countDays, [
    siteId,
    ...boundsOf(rangesOf(intervals)),
  ]);
  const rowsOf = new Map(found.rows.map(({ day, rows }) => [day, rows]));
  const groups: number[][] = [];
  let [rows, day] = [0, -1];
  for (const interval of intervals) {
    const group = groups.at(-1);
    const isNext = dayOf(interval) !== day;
    day = dayOf(interval);
    const ofDay = isNext ? (rowsOf.get(day) ?? 0) : 0;
    if (group && (!isNext || (rows + ofDay <= quietRows && monthOf(group[0]!) === monthOf(interval)))) {
      group.push(interval);
      rows += ofDay;
    } else {
      groups.push([interval]);
      rows = ofDay;
    }
  }
  return groups;
}

/**
 * Segments of `intervals`, ascending, also where they have no events (any more): one for each UTC day, or for some quiet days. Returns
 * how many events they have. Only under the claim of the site, once its visitors are numbered.
 */
export async function writeSegments(client: PoolClient, siteId: string, intervals: Date[]): Promise<number> {
  if (intervals.length === 0) return 0;
  let events = 0;
  for (const group of await groupIntervals(client, siteId, intervals.map(intervalOf))) {
    events += await writeSegment(client, siteId, group);
  }
  return events;
}

/** Writes segments of rolled intervals from their raw events: one for each UTC day of them, more where the day is a busy one. */
import type { PoolClient } from '@millrace/shared/postgres';
import { intervalMs } from '@millrace/shared/rollups';
import { intervalOf, rangesOf, startOf } from '@millrace/shared/segments/interval-ranges';
import { eventColumns, segmentLimits } from '@millrace/shared/segments/segment-columns';
import { createGatherer, type EventRow, type GatheredEvents } from './gather-events.js';
import { giveCodes } from './give-codes.js';
import { packEvents, storeSegment } from './write-segment.js';

/** Each range comes in the order of the key, so that nothing is sorted here but by visitors. */
const selectEvents = `/* processor.selectSegmentEvents */
declare segment_events no scroll cursor for
select coalesce(visitor_no, 0), (extract(epoch from timestamp) * 1000000)::bigint, session_id, properties::text,
  ${eventColumns.map(({ sql }) => sql).join(', ')}
from events left join visitors on visitors.site_id = $1 and visitors.user_id = events.user_id collate "C"
where events.site_id = $1 and timestamp >= $2 and timestamp < $3
order by timestamp, event_id`;

const rowsAtOnce = 5_000;
const fetchEvents = `/* processor.selectSegmentEvents */ fetch ${rowsAtOnce} from segment_events`;
const closeEvents = '/* processor.selectSegmentEvents */ close segment_events';

/** Postgres' own text of every value. */
const asText = { getTypeParser: () => (value: string) => value };

/** Reads the events of `[from, to)` until `add` says that there is room for no more; returns what it said last. */
async function readEvents(
  client: PoolClient,
  siteId: string,
  [from, to]: [Date, Date],
  add: (row: EventRow) => boolean,
): Promise<boolean> {
  await client.query(selectEvents, [siteId, from, to]);
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

/** The events of intervals of one UTC day, as ranges; undefined when there are more than `limit`. */
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
  for (let at = 0; at < covers.length; at += 2) {
    const range: [Date, Date] = [startOf(covers[at]!), startOf(covers[at + 1]!)];
    if (!(await readEvents(client, siteId, range, add))) return undefined;
  }
  return gatherer.finish();
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

/** `intervals` lie in one UTC day. Halves of them become segments of their own where they have too many events together. */
async function writeDay(client: PoolClient, siteId: string, intervals: number[]): Promise<number> {
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
  const first = await writeDay(client, siteId, intervals.slice(0, half));
  return first + (await writeDay(client, siteId, intervals.slice(half)));
}

const intervalsPerDay = 86_400_000 / intervalMs;

/**
 * Segments of each UTC day that `intervals`, ascending, lie in, also where they have no events (any more). Returns how many events
 * they have. Only under the claim of the site, once its visitors are numbered.
 */
export async function writeSegments(client: PoolClient, siteId: string, intervals: Date[]): Promise<number> {
  const days = new Map<number, number[]>();
  for (const interval of intervals.map(intervalOf)) {
    const day = Math.floor(interval / intervalsPerDay);
    days.set(day, [...(days.get(day) ?? []), interval]);
  }
  let events = 0;
  for (const ofDay of days.values()) events += await writeDay(client, siteId, ofDay);
  return events;
}

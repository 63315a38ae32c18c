/** Writes segments of rolled intervals from their raw events: one for each UTC day of them. */
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

/** Reads the events of `[from, to)`; stops when there are more than a segment may have. */
async function readEvents(
  client: PoolClient,
  siteId: string,
  [from, to]: [Date, Date],
  add: (row: EventRow) => void,
): Promise<void> {
  await client.query(selectEvents, [siteId, from, to]);
  const fetch = () => client.query<EventRow>({ text: fetchEvents, rowMode: 'array', types: asText as never });
  let fetching = fetch();
  for (;;) {
    const { rows } = await fetching;
    const isLast = rows.length < rowsAtOnce;
    if (!isLast) fetching = fetch();
    fetching.catch(() => {}); // fails where it is waited for
    for (const row of rows) add(row);
    if (isLast) break;
  }
  await client.query(closeEvents);
}

/** `covers` lie in one UTC day. Undefined when they have more events than a segment may have. */
async function gatherEvents(
  client: PoolClient,
  siteId: string,
  covers: number[],
): Promise<{ rows: number; events?: GatheredEvents }> {
  const gatherer = createGatherer(startOf(covers[0]!).getTime());
  let rows = 0;
  for (let at = 0; at < covers.length; at += 2) {
    await readEvents(client, siteId, [startOf(covers[at]!), startOf(covers[at + 1]!)], (row) => {
      rows += 1;
      if (rows <= segmentLimits.rows) gatherer.add(row);
    });
  }
  return rows > segmentLimits.rows ? { rows } : { rows, events: gatherer.finish() };
}

async function writeDay(client: PoolClient, siteId: string, covers: number[]): Promise<number> {
  const { rows, events } = await gatherEvents(client, siteId, covers);
  if (events === undefined) {
    await storeSegment(client, siteId, { covers, rows, packed: undefined });
    return rows;
  }
  const texts = new Map([...events.columns].map(([name, column]) => [name, column.texts]));
  const codes = await giveCodes(client, siteId, texts);
  await storeSegment(client, siteId, { covers, rows, packed: packEvents(events, codes) });
  return rows;
}

const intervalsPerDay = 86_400_000 / intervalMs;

/**
 * One segment for each UTC day that `intervals`, ascending, lie in, also where they have no events (any more). Returns how many
 * events they have. Only under the claim of the site, once its visitors are numbered.
 */
export async function writeSegments(client: PoolClient, siteId: string, intervals: Date[]): Promise<number> {
  const days = new Map<number, number[]>();
  for (const interval of intervals.map(intervalOf)) {
    const day = Math.floor(interval / intervalsPerDay);
    days.set(day, [...(days.get(day) ?? []), interval]);
  }
  let events = 0;
  for (const ofDay of days.values()) events += await writeDay(client, siteId, rangesOf(ofDay));
  return events;
}

/** Reads the raw events of a question: what no segment covers. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { intersect, rangesOf, subtract } from '@millrace/shared/segments/interval-ranges';
import type { Reads } from '../reading/read-in-turn.js';
import { clip, touched } from './cover-segments.js';
import { countRaw, type RawRows, readRawRows } from './raw-rows.js';
import type { SegmentEngine } from './segment-engine.js';
import type { SiteSegments } from './site-segments.js';
import type { TailRows, TailWanted } from './tail.js';
import { newestIntervals, takeTail } from './take-tail.js';
import type { Needs } from './wanted-parts.js';

export interface UncoveredEvents {
  /** Those that are in memory. */
  tail?: TailRows | undefined;
  rest: RawRows;
}

export interface Uncovered {
  /** Bounds in pairs, in milliseconds. */
  ranges: readonly number[];
  needs: Needs;
  /** No more events than this are read. */
  most: number;
}

/** Undefined where there are more than `most`. `client` is in a transaction with one snapshot, the one of `site`. */
export async function readUncovered(
  client: PoolClient,
  engine: SegmentEngine,
  site: SiteSegments,
  { ranges, needs, most }: Uncovered,
  { admit, signal }: Pick<Reads, 'admit' | 'signal'> = {},
): Promise<UncoveredEvents | undefined> {
  const { siteId } = site;
  const reading = {
    ...{ siteId, columns: needs.coded, withVisits: needs.usesVisits === true },
    withVisitors: needs.usesVisitors,
  };
  const admitEvents = (events: number) => admit?.({ isRaw: false, events, rows: 0 });
  const few = await readFew(client, engine, { ...reading, ranges });
  if (few && few.rows.length <= most) {
    admitEvents(few.rows.length);
    return { rest: few };
  }
  const wanted = tailWanted(site, needs);
  const { rows: tail, counted } = await takeTail(client, engine, site, wanted, signal);
  const rest = tail ? subtract(ranges, timesOf(tail.intervals.keys(), needs)) : ranges;
  // What was counted are whole intervals, of which a range may have less.
  const isCounted = counted !== undefined && subtract(rest, timesOf(wanted.intervals, needs)).length === 0;
  const events = isCounted && counted <= most ? counted : await countRaw(client, siteId, rest, most + 1);
  if (events > most) return undefined;
  admitEvents(events);
  return { tail, rest: await readRawRows(client, { ...reading, ranges: rest }) };
}

/** Reads few events at once, since to count them first would take as long; undefined where there are more, or some in memory. */
async function readFew(
  client: PoolClient,
  { memory, leastTail }: SegmentEngine,
  reading: Parameters<typeof readRawRows>[1],
): Promise<RawRows | undefined> {
  if (memory.tail(reading.siteId)) return undefined;
  const read = await readRawRows(client, { ...reading, most: leastTail });
  return read.rows.length < leastTail || reading.ranges.length === 0 ? read : undefined;
}

/** The times of intervals, within the range. */
const timesOf = (intervals: Iterable<number>, range: { from: number; to: number }) =>
  clip(rangesOf([...intervals].sort((a, b) => a - b)), range);

/** Rows have to be in the order of time and id across all of an interval where their order counts. */
function tailWanted(site: SiteSegments, needs: Needs): TailWanted {
  const intervals = newestIntervals(intersect(site.marked, touched(needs)));
  const inOneList = needs.usesTime === true || needs.usesVisits !== false;
  const columns = [...needs.coded, ...(needs.usesVisits ? ['session'] : []), ...(inOneList ? ['id'] : [])];
  return { intervals, columns, inOneList };
}

/** Reads the raw events of a question: what no segment covers. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { intersect, rangesOf, subtract } from '@millrace/shared/segments/interval-ranges';
import type { ReadOptions } from '../reading/admit-read.js';
import { clip, touched } from './cover-segments.js';
import type { DataNeeds } from './plan-parts.js';
import { countRawEvents, type RawRows, readRawRows } from './raw-rows.js';
import { newestIntervals, refreshTail } from './refresh-tail.js';
import type { SegmentEngine } from './segment-engine.js';
import type { SiteSegments } from './site-segments.js';
import type { TailRequest, TailRows } from './tail.js';

export interface UncoveredEvents {
  /** Those that are in memory. */
  tail?: TailRows | undefined;
  rest: RawRows;
}

export interface UncoveredRequest {
  /** Bounds in pairs, in milliseconds. */
  ranges: readonly number[];
  needs: DataNeeds;
  /** No more events than this are read. */
  maxEvents: number;
}

/** Undefined where there are more than `most`. `client` is in a transaction with one snapshot, the one of `site`. */
export async function readUncovered(
  client: PoolClient,
  engine: SegmentEngine,
  site: SiteSegments,
  { ranges, needs, maxEvents }: UncoveredRequest,
  { admit, signal }: Pick<ReadOptions, 'admit' | 'signal'> = {},
): Promise<UncoveredEvents | undefined> {
  const { siteId } = site;
  const reading = {
    ...{ siteId, columns: needs.coded, withVisits: needs.usesVisits === true },
    withVisitors: needs.usesVisitors,
  };
  const admitEvents = (events: number) => admit?.({ isRaw: false, events, rows: 0 });
  const few = await readFew(client, engine, { ...reading, ranges });
  if (few && few.rows.length <= maxEvents) {
    admitEvents(few.rows.length);
    return { rest: few };
  }
  const wanted = tailRequest(site, needs);
  const { rows: tail, counted } = await refreshTail(client, engine, site, wanted, signal);
  const rest = tail ? subtract(ranges, timesOf(tail.intervals.keys(), needs)) : ranges;
  // What was counted are whole intervals, of which a range may have less.
  const isCounted = counted !== undefined && subtract(rest, timesOf(wanted.intervals, needs)).length === 0;
  const events =
    isCounted && counted <= maxEvents ? counted : await countRawEvents(client, siteId, rest, maxEvents + 1);
  if (events > maxEvents) return undefined;
  admitEvents(events);
  return { tail, rest: await readRawRows(client, { ...reading, ranges: rest }) };
}

/** Reads few events at once, since to count them first would take as long; undefined where there are more, or some in memory. */
async function readFew(
  client: PoolClient,
  { memory, minTailEvents }: SegmentEngine,
  reading: Parameters<typeof readRawRows>[1],
): Promise<RawRows | undefined> {
  if (memory.tail(reading.siteId)) return undefined;
  const read = await readRawRows(client, { ...reading, limit: minTailEvents });
  return read.rows.length < minTailEvents || reading.ranges.length === 0 ? read : undefined;
}

/** The times of intervals, within the range. */
const timesOf = (intervals: Iterable<number>, range: { from: number; to: number }) =>
  clip(rangesOf([...intervals].sort((a, b) => a - b)), range);

/** Rows have to be in the order of time and id across all of an interval where their order counts. */
function tailRequest(site: SiteSegments, needs: DataNeeds): TailRequest {
  const intervals = newestIntervals(intersect(site.marked, touched(needs)));
  const needsOrder = needs.usesTime === true || needs.usesVisits !== false;
  const columns = [...needs.coded, ...(needs.usesVisits ? ['session'] : []), ...(needsOrder ? ['id'] : [])];
  return { intervals, columns, needsOrder };
}

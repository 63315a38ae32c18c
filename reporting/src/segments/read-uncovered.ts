/** Reads the events of a query that segments do not cover. */
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
  /** Events that are in memory. */
  tail?: TailRows | undefined;
  rest: RawRows;
}

export interface UncoveredRequest {
  /** Pairs of bounds in milliseconds. */
  ranges: readonly number[];
  needs: DataNeeds;
  /** Limit of events to read. */
  maxEvents: number;
}

/** Undefined when there are more than `maxEvents`. `client` must be in a transaction with the snapshot of `site`. */
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
  const request = tailRequest(site, needs);
  const { rows: tail, counted } = await refreshTail(client, engine, site, request, signal);
  const rest = tail ? subtract(ranges, timesOf(tail.intervals.keys(), needs)) : ranges;
  // Whole intervals were counted, and the ranges can contain less than that.
  const isCounted = counted !== undefined && subtract(rest, timesOf(request.intervals, needs)).length === 0;
  const events =
    isCounted && counted <= maxEvents ? counted : await countRawEvents(client, siteId, rest, maxEvents + 1);
  if (events > maxEvents) return undefined;
  admitEvents(events);
  return { tail, rest: await readRawRows(client, { ...reading, ranges: rest }) };
}

/**
 * Reads a small number of events without counting them first, which would take as long. Undefined when there are more, or when
 * some are in memory.
 */
async function readFew(
  client: PoolClient,
  { memory, minTailEvents }: SegmentEngine,
  reading: Parameters<typeof readRawRows>[1],
): Promise<RawRows | undefined> {
  if (memory.tail(reading.siteId)) return undefined;
  const read = await readRawRows(client, { ...reading, limit: minTailEvents });
  return read.rows.length < minTailEvents || reading.ranges.length === 0 ? read : undefined;
}

/** The times of intervals, limited to the range. */
const timesOf = (intervals: Iterable<number>, range: { from: number; to: number }) =>
  clip(rangesOf([...intervals].sort((a, b) => a - b)), range);

/** When the order of events matters, each interval must be sorted by time and id as a whole. */
function tailRequest(site: SiteSegments, needs: DataNeeds): TailRequest {
  const intervals = newestIntervals(intersect(site.marked, touched(needs)));
  const needsOrder = needs.usesTime === true || needs.usesVisits !== false;
  const columns = [...needs.coded, ...(needs.usesVisits ? ['session'] : []), ...(needsOrder ? ['id'] : [])];
  return { intervals, columns, needsOrder };
}

/** Answers queries for recent raw events from memory, and reads only the events that are new since the last query. */
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { rangesOf } from '@millrace/shared/segments/interval-ranges';
import { type AdvancedTail, advanceTail } from './advance-tail.js';
import type { Memory } from './memory.js';
import { countRawEvents } from './raw-rows.js';
import type { SegmentEngine } from './segment-engine.js';
import type { SiteSegments } from './site-segments.js';
import {
  countTailRows,
  emptyTail,
  missingIntervals,
  relationTo,
  type Tail,
  type TailRequest,
  type TailRows,
  type TailTarget,
} from './tail.js';

/** Above this, finding the rows of the new transactions takes longer than reading that many events again. */
const maxTransactions = 2_000;
/** An import marks many intervals with few events each; older intervals than these are read every time. */
const maxIntervals = 64;
/** Unused intervals are forgotten after this time: an interval that was rolled up can still get late events for a while. */
const keptMs = 30 * 60_000;
/** Approximate size of an event, including the columns that queries derive from it. */
const rowBytes = (columns: number) => 40 + 8 * columns;
/** Approximate size of a text, or of a user without a number, with its entries in a list and a map; they outlive their events. */
const textBytes = 150;
/** Number of columns in most tails. */
const typicalColumns = 8;
/** Up to this many texts are kept even if most of their events are gone. */
const minTexts = 100_000;

const maxTailRows = ({ maxBytes }: Memory, columns = typicalColumns) => Math.floor(maxBytes / 2 / rowBytes(columns));

/** The newest intervals of some ranges, ascending. */
export function newestIntervals(ranges: readonly number[]): number[] {
  const intervals: number[] = [];
  for (let at = ranges.length - 2; at >= 0; at -= 2) {
    for (let interval = ranges[at + 1]! - 1; interval >= ranges[at]!; interval -= 1) {
      if (intervals.length === maxIntervals) return intervals.reverse();
      intervals.push(interval);
    }
  }
  return intervals.reverse();
}

const targetOf = ({ siteId, history, epoch, snapshot, lastVisitorNo }: SiteSegments): TailTarget => ({
  ...{ siteId, generation: `${history} ${epoch}`, snapshot, lastVisitorNo },
});

/** The tail in memory, unless it is of another generation, or so far behind that reading everything again is cheaper. */
function usableTail(memory: Memory, { siteId, generation, snapshot }: TailTarget): Tail | undefined {
  const tail = memory.tail(siteId);
  if (tail?.generation !== generation) return undefined;
  return snapshot.xmax - tail.snapshot.xmin > Math.max(maxTransactions, countTailRows(tail)) ? undefined : tail;
}

/** Number of events in memory of the intervals that overlap some ranges of milliseconds. */
export function countTailEvents(memory: Memory, siteId: string, ranges: { from: number; to: number }[]): number {
  let events = 0;
  for (const [interval, { lists }] of memory.tail(siteId)?.intervals ?? []) {
    const startMs = interval * intervalMs;
    if (!ranges.some(({ from, to }) => from < startMs + intervalMs && to > startMs)) continue;
    for (const { count } of lists) events += count;
  }
  return events;
}

/** Number of events to read for whole intervals. */
function countMissing(client: PoolClient, memory: Memory, siteId: string, missing: number[]): Promise<number> {
  const ranges = rangesOf([...missing].sort((a, b) => a - b)).map((interval) => interval * intervalMs);
  return countRawEvents(client, siteId, ranges, maxTailRows(memory) + 1);
}

/** True when most texts of a column may have lost their events. Single texts cannot be dropped, so the whole tail is. */
const isOvergrown = ({ texts }: Tail, events: number): boolean =>
  [...texts.values()].some(({ list }) => list.length > Math.max(minTexts, 2 * events));

/** The tail with its most recently used intervals, as many as fit in memory. */
function mostRecentlyUsed({ memory }: SegmentEngine, tail: Tail, now: number): Tail {
  const byUse = [...tail.intervals].sort(([, a], [, b]) => b.lastUsedAt - a.lastUsedAt);
  const most = maxTailRows(memory, tail.columns.length);
  const kept: typeof byUse = [];
  let rows = 0;
  for (const [interval, held] of byUse) {
    rows += held.lists.reduce((sum, { count }) => sum + count, 0);
    if (rows > most || held.lastUsedAt < now - keptMs) break;
    kept.push([interval, held]);
  }
  return { ...tail, intervals: new Map(kept) };
}

function keep(engine: SegmentEngine, siteId: string, tail: Tail, now: number): void {
  const { memory, minTailEvents } = engine;
  const rest = mostRecentlyUsed(engine, tail, now);
  const count = countTailRows(rest);
  if (count < minTailEvents / 2 || isOvergrown(rest, count)) {
    memory.forgetTail(siteId);
    return;
  }
  const texts = [...rest.texts.values()].reduce((sum, { list }) => sum + list.length, rest.users.list.length);
  memory.keepTail(siteId, rest, count * rowBytes(rest.columns.length) + texts * textBytes);
}

/** Advances the tail to the target, keeps it in memory, and returns the requested rows. */
async function advanceAndKeep(
  client: PoolClient,
  engine: SegmentEngine,
  target: TailTarget,
  request: TailRequest,
  tail: Tail,
): Promise<AdvancedTail | undefined> {
  const now = Date.now();
  const advanced = await advanceTail(client, tail, target, request, now);
  if (advanced?.tail) keep(engine, target.siteId, advanced.tail, now);
  return advanced;
}

/** Splits intervals into `count` batches, expected to have about the same number of events. */
function inBatches(intervals: readonly number[], count: number): number[][] {
  const size = Math.max(1, Math.ceil(intervals.length / count));
  return Array.from({ length: Math.ceil(intervals.length / size) }, (_, batch) =>
    intervals.slice(batch * size, (batch + 1) * size),
  );
}

/** `counted`: the number of events of all requested intervals, if it is already known. */
async function refreshUnderLock(
  client: PoolClient,
  engine: SegmentEngine,
  target: TailTarget,
  request: TailRequest,
  counted: number | undefined,
): Promise<TailRows | undefined> {
  const { memory, tailBatchEvents } = engine;
  const held = usableTail(memory, target);
  let tail = held ?? emptyTail(target);
  const missing = missingIntervals(tail, request);
  const isCounted = missing.length === 0 || (held === undefined && counted !== undefined);
  const events = isCounted ? (counted ?? 0) : await countMissing(client, memory, target.siteId, missing);
  if (events > maxTailRows(memory)) return undefined;
  // Each batch is kept, so a query that times out leaves what it has read for the next one.
  for (const intervals of inBatches(missing, Math.ceil(events / tailBatchEvents)).slice(0, -1)) {
    const advanced = await advanceAndKeep(client, engine, target, { ...request, intervals }, tail);
    tail = advanced?.tail ?? tail;
  }
  return (await advanceAndKeep(client, engine, target, request, tail))?.rows;
}

export interface RefreshedTail {
  rows?: TailRows | undefined;
  /** Number of events of the requested intervals, if all of them had to be counted. */
  counted?: number;
}

/**
 * Returns all events of the requested intervals that are visible in the client's snapshot, which must be that of `site`. There
 * are no rows when the tail is no use: for few events, for more than fit in memory, and for a snapshot the tail cannot represent.
 */
export async function refreshTail(
  client: PoolClient,
  engine: SegmentEngine,
  site: SiteSegments,
  request: TailRequest,
  signal?: AbortSignal,
): Promise<RefreshedTail> {
  if (request.intervals.length === 0 || site.isBeingErased) return {};
  const { memory, tailLock, minTailEvents } = engine;
  const target = targetOf(site);
  const { siteId } = target;
  let counted: number | undefined;
  if (!usableTail(memory, target)) {
    counted = await countMissing(client, memory, siteId, [...request.intervals]);
    if (counted > maxTailRows(memory)) return {};
    if (counted < minTailEvents) return { counted };
  }
  for (;;) {
    const tail = usableTail(memory, target);
    const relation = tail && relationTo(tail, target);
    if (relation === 'unrelated') return {};
    if (tail && relation === 'ahead') return { rows: (await advanceTail(client, tail, target, request, 0))?.rows };
    if (await tailLock.acquire(siteId, target.snapshot.xmax, signal)) break;
  }
  try {
    return { rows: await refreshUnderLock(client, engine, target, request, counted) };
  } finally {
    tailLock.release(siteId);
  }
}

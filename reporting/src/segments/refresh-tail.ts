/** Raw events of a question from memory: what is new since the last question is all that is read. */

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

/** To find what so many transactions have stored takes longer than to read as many events again. */
const maxTransactions = 2_000;
/** An import marks many at once, of few events each; older ones than these are read every time. */
const maxIntervals = 64;
/** What nobody has asked for goes: an interval that was rolled may get late events for a while. */
const keptMs = 30 * 60_000;
/** About what an event takes, with what questions make of it. */
const rowBytes = (columns: number) => 40 + 8 * columns;
/** About what a text, or a user without a number, takes with its places in a list and a map, whether events that have it are still there or not. */
const textBytes = 150;
/** Columns of most tails. */
const typicalColumns = 8;
/** Fewer texts than this are kept, whatever they are of. */
const minTexts = 100_000;

const maxTailRows = ({ maxBytes }: Memory, columns = typicalColumns) => Math.floor(maxBytes / 2 / rowBytes(columns));

/** Ends with the newest. */
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

/** Of the history that the moment is in, and not so far behind that to read everything again is less. */
function usableTail(memory: Memory, { siteId, generation, snapshot }: TailTarget): Tail | undefined {
  const tail = memory.tail(siteId);
  if (tail?.generation !== generation) return undefined;
  return snapshot.xmax - tail.snapshot.xmin > Math.max(maxTransactions, countTailRows(tail)) ? undefined : tail;
}

/** Events in memory of intervals that some ranges touch, given as instants in milliseconds. */
export function countTailEvents(memory: Memory, siteId: string, ranges: { from: number; to: number }[]): number {
  let events = 0;
  for (const [interval, { lists }] of memory.tail(siteId)?.intervals ?? []) {
    const startMs = interval * intervalMs;
    if (!ranges.some(({ from, to }) => from < startMs + intervalMs && to > startMs)) continue;
    for (const { count } of lists) events += count;
  }
  return events;
}

/** Events that have to be read of whole intervals. */
function countMissing(client: PoolClient, memory: Memory, siteId: string, missing: number[]): Promise<number> {
  const ranges = rangesOf([...missing].sort((a, b) => a - b)).map((interval) => interval * intervalMs);
  return countRawEvents(client, siteId, ranges, maxTailRows(memory) + 1);
}

/** True when most texts of a column may be of events that are gone: only all of them can go, with the tail. */
const isOvergrown = ({ texts }: Tail, events: number): boolean =>
  [...texts.values()].some(({ list }) => list.length > Math.max(minTexts, 2 * events));

/** What was wanted lately, as far as memory holds it. */
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

/** Brings the tail to the moment, keeps it, and takes from it what is wanted. */
async function advanceAndKeep(
  client: PoolClient,
  engine: SegmentEngine,
  moment: TailTarget,
  wanted: TailRequest,
  tail: Tail,
): Promise<AdvancedTail | undefined> {
  const now = Date.now();
  const advanced = await advanceTail(client, tail, moment, wanted, now);
  if (advanced?.tail) keep(engine, moment.siteId, advanced.tail, now);
  return advanced;
}

/** Some of the intervals at a time, about as many events in each. */
function inBatches(intervals: readonly number[], steps: number): number[][] {
  const size = Math.max(1, Math.ceil(intervals.length / steps));
  return Array.from({ length: Math.ceil(intervals.length / size) }, (_, step) =>
    intervals.slice(step * size, (step + 1) * size),
  );
}

/** `counted`: how many events all of the wanted intervals have, where that is known. */
async function refreshUnderLock(
  client: PoolClient,
  engine: SegmentEngine,
  moment: TailTarget,
  wanted: TailRequest,
  counted: number | undefined,
): Promise<TailRows | undefined> {
  const { memory, tailBatchEvents } = engine;
  const held = usableTail(memory, moment);
  let tail = held ?? emptyTail(moment);
  const missing = missingIntervals(tail, wanted);
  const isCounted = missing.length === 0 || (held === undefined && counted !== undefined);
  const events = isCounted ? (counted ?? 0) : await countMissing(client, memory, moment.siteId, missing);
  if (events > maxTailRows(memory)) return undefined;
  // A question that times out keeps what it has read for the next one.
  for (const intervals of inBatches(missing, Math.ceil(events / tailBatchEvents)).slice(0, -1)) {
    const advanced = await advanceAndKeep(client, engine, moment, { ...wanted, intervals }, tail);
    tail = advanced?.tail ?? tail;
  }
  return (await advanceAndKeep(client, engine, moment, wanted, tail))?.rows;
}

export interface RefreshedTail {
  rows?: TailRows | undefined;
  /** Events of the wanted intervals, where all of them had to be counted. */
  counted?: number;
}

/**
 * All events of the wanted intervals, as of the client's snapshot, which is the one of `site`. Without rows where the tail is of no use:
 * for few events, for more than memory should hold, and for a snapshot that the tail is beyond.
 */
export async function refreshTail(
  client: PoolClient,
  engine: SegmentEngine,
  site: SiteSegments,
  wanted: TailRequest,
  signal?: AbortSignal,
): Promise<RefreshedTail> {
  if (wanted.intervals.length === 0 || site.isErased) return {};
  const { memory, tailLock, minTailEvents } = engine;
  const moment = targetOf(site);
  const { siteId } = moment;
  let counted: number | undefined;
  if (!usableTail(memory, moment)) {
    counted = await countMissing(client, memory, siteId, [...wanted.intervals]);
    if (counted > maxTailRows(memory)) return {};
    if (counted < minTailEvents) return { counted };
  }
  for (;;) {
    const tail = usableTail(memory, moment);
    const place = tail && relationTo(tail, moment);
    if (place === 'apart') return {};
    if (tail && place === 'earlier') return { rows: (await advanceTail(client, tail, moment, wanted, 0))?.rows };
    if (await tailLock.acquire(siteId, moment.snapshot.xmax, signal)) break;
  }
  try {
    return { rows: await refreshUnderLock(client, engine, moment, wanted, counted) };
  } finally {
    tailLock.release(siteId);
  }
}

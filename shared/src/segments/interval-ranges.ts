/** Sets of 15-minute intervals, such as the ones that a segment covers, and what of them is left when newer segments are laid over. */
import { intervalMs } from '../contract/rollups.js';

/**
 * Ascending bounds in pairs, `[from, to, from, to, ...]`, half-open and without two pairs that touch. An interval is named by its
 * number, the count of intervals since 1970.
 */
export type IntervalRanges = readonly number[];

export const intervalOf = (instant: Date): number => Math.floor(instant.getTime() / intervalMs);
export const startOf = (interval: number): Date => new Date(interval * intervalMs);

const intervalsPerDay = 86_400_000 / intervalMs;

/** The UTC day of an interval, counted since 1970. */
export const dayOf = (interval: number): number => Math.floor(interval / intervalsPerDay);
/** The UTC month of an interval, `YYYY_MM` as partitions are called. */
export const monthOf = (interval: number): string => startOf(interval).toISOString().slice(0, 7).replace('-', '_');

/** What `keeps` says of being in a and being in b, from left to right. */
function combine(a: IntervalRanges, b: IntervalRanges, keeps: (inA: boolean, inB: boolean) => boolean): number[] {
  const bounds: number[] = [];
  let [atA, atB] = [0, 0];
  let kept = false;
  while (atA < a.length || atB < b.length) {
    const bound = Math.min(a[atA] ?? Number.POSITIVE_INFINITY, b[atB] ?? Number.POSITIVE_INFINITY);
    if (a[atA] === bound) atA += 1;
    if (b[atB] === bound) atB += 1;
    const keep = keeps(atA % 2 === 1, atB % 2 === 1);
    if (keep !== kept) bounds.push(bound);
    kept = keep;
  }
  return bounds;
}

export const unite = (a: IntervalRanges, b: IntervalRanges) => combine(a, b, (inA, inB) => inA || inB);
export const subtract = (a: IntervalRanges, b: IntervalRanges) => combine(a, b, (inA, inB) => inA && !inB);
export const intersect = (a: IntervalRanges, b: IntervalRanges) => combine(a, b, (inA, inB) => inA && inB);

export function countIntervals(ranges: IntervalRanges): number {
  let count = 0;
  for (let at = 0; at < ranges.length; at += 2) count += ranges[at + 1]! - ranges[at]!;
  return count;
}

/** The set of `intervals`, which are ascending, each once. */
export function rangesOf(intervals: Iterable<number>): number[] {
  const bounds: number[] = [];
  for (const interval of intervals) {
    if (bounds.at(-1) === interval) bounds[bounds.length - 1] = interval + 1;
    else bounds.push(interval, interval + 1);
  }
  return bounds;
}

export interface Covering {
  /** Of two that cover an interval, the one with the greater version holds its events. */
  version: number;
  covers: IntervalRanges;
}

/** What each of `segments` is the newest for; empty for one that newer ones have replaced whole. */
export function ownedRanges<Segment extends Covering>(segments: readonly Segment[]): Map<Segment, number[]> {
  const owned = new Map<Segment, number[]>();
  let newer: number[] = [];
  for (const segment of [...segments].sort((a, b) => b.version - a.version)) {
    owned.set(segment, subtract(segment.covers, newer));
    newer = unite(newer, segment.covers);
  }
  return owned;
}

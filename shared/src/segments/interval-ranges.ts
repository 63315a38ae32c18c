/** Sets of 15-minute intervals, such as those that a segment covers, and which of them newer segments have replaced. */

import { intervalMs } from '../contract/rollups.js';
import { dayMs } from '../time/durations.js';

/**
 * Ascending half-open ranges that do not touch, `[from, to, from, to, ...]`. Intervals are numbered from 1970.
 */
export type IntervalRanges = readonly number[];

export const intervalOf = (instant: Date): number => Math.floor(instant.getTime() / intervalMs);
export const startOf = (interval: number): Date => new Date(interval * intervalMs);

const intervalsPerDay = dayMs / intervalMs;

/** The UTC day of an interval, in days since 1970. */
export const dayOf = (interval: number): number => Math.floor(interval / intervalsPerDay);
/** The UTC month of an interval as `YYYY_MM`, as in the names of partitions. */
export const monthOf = (interval: number): string => startOf(interval).toISOString().slice(0, 7).replace('-', '_');

/** The intervals for which `keeps` returns true, given whether a and b contain them. */
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

/** `intervals` must be ascending, without duplicates. */
export function rangesOf(intervals: Iterable<number>): number[] {
  const bounds: number[] = [];
  for (const interval of intervals) {
    if (bounds.at(-1) === interval) bounds[bounds.length - 1] = interval + 1;
    else bounds.push(interval, interval + 1);
  }
  return bounds;
}

export interface Covering {
  /** If two segments cover an interval, the one with the higher version has its events. */
  version: number;
  covers: IntervalRanges;
}

/** The intervals for which each segment is the newest; empty if newer ones have replaced all of them. */
export function ownedRanges<Segment extends Covering>(segments: readonly Segment[]): Map<Segment, number[]> {
  const owned = new Map<Segment, number[]>();
  let newer: number[] = [];
  for (const segment of [...segments].sort((a, b) => b.version - a.version)) {
    owned.set(segment, subtract(segment.covers, newer));
    newer = unite(newer, segment.covers);
  }
  return owned;
}

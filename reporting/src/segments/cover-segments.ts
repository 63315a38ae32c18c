/** Decides which segments contain the events of a range, and for which times raw events have to be read. */
import { intervalMs } from '@millrace/shared/contract/rollups';
import {
  type Covering,
  countIntervals,
  type IntervalRanges,
  intersect,
  ownedRanges,
  subtract,
  unite,
} from '@millrace/shared/segments/interval-ranges';

export interface ListedSegment extends Covering {
  startMs: number;
  rows: number;
  /** Version and creation time, which identify its bytes permanently. */
  key: string;
  /** False when its events have to be read from raw events. */
  hasData: boolean;
}

/** Half-open, in milliseconds since 1970. */
export interface RangeToCover {
  from: number;
  to: number;
  /** The marked intervals that the range overlaps, as ascending ranges of interval numbers. */
  marked: IntervalRanges;
}

export interface CoveringSegment {
  segment: ListedSegment;
  /** Pairs of bounds within which its events count; undefined when all events count. */
  windows?: number[];
}

export interface SegmentCover {
  segments: CoveringSegment[];
  /** Raw events to read, as pairs of bounds in milliseconds. */
  raw: number[];
}

/** Converts ranges of intervals to bounds in milliseconds, limited to the range. */
export function clip(ranges: IntervalRanges, { from, to }: { from: number; to: number }): number[] {
  const bounds: number[] = [];
  for (let at = 0; at < ranges.length; at += 2) {
    const [start, end] = [Math.max(from, ranges[at]! * intervalMs), Math.min(to, ranges[at + 1]! * intervalMs)];
    if (start < end) bounds.push(start, end);
  }
  return bounds;
}

/** The intervals that a range overlaps. */
export const touched = ({ from, to }: { from: number; to: number }): number[] =>
  from < to ? [Math.floor(from / intervalMs), Math.ceil(to / intervalMs)] : [];

/** Segments are complete: an interval that is neither marked nor in a segment has no events. */
export function coverSegments(range: RangeToCover, segments: ListedSegment[]): SegmentCover {
  const all = touched(range);
  let raw: number[] = intersect(range.marked, all);
  const open = subtract(all, raw);
  const covering: CoveringSegment[] = [];
  for (const [segment, owned] of ownedRanges(segments)) {
    const usable = intersect(owned, open);
    if (usable.length === 0) continue;
    if (!segment.hasData) raw = unite(raw, usable);
    else if (segment.rows > 0) covering.push({ segment, ...windowsOf(segment, usable, range) });
  }
  return { segments: covering, raw: clip(raw, range) };
}

function windowsOf({ covers }: ListedSegment, usable: number[], range: RangeToCover): { windows?: number[] } {
  const windows = clip(usable, range);
  const isWhole = countIntervals(usable) === countIntervals(covers);
  const isInside = covers[0]! * intervalMs >= range.from && covers.at(-1)! * intervalMs <= range.to;
  return isWhole && isInside ? {} : { windows };
}

/** Which segments hold the events of a range, and for which times raw events have to be read. */
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
  /** Names its bytes for ever: version and the time at which it was made. */
  key: string;
  /** False for one whose events have to be read one by one. */
  hasData: boolean;
}

/** Instants are milliseconds since 1970; half-open. */
export interface RangeToCover {
  from: number;
  to: number;
  /** Numbers of marked intervals that the range touches, ascending, as ranges. */
  marked: IntervalRanges;
}

export interface CoveringSegment {
  segment: ListedSegment;
  /** Where its events count, as bounds in pairs; undefined when all of them do. */
  windows?: number[];
}

export interface SegmentCover {
  segments: CoveringSegment[];
  /** Bounds in pairs, in milliseconds: raw events to be read. */
  raw: number[];
}

/** Ranges of intervals as bounds in milliseconds, within the range. */
export function clip(ranges: IntervalRanges, { from, to }: { from: number; to: number }): number[] {
  const bounds: number[] = [];
  for (let at = 0; at < ranges.length; at += 2) {
    const [start, end] = [Math.max(from, ranges[at]! * intervalMs), Math.min(to, ranges[at + 1]! * intervalMs)];
    if (start < end) bounds.push(start, end);
  }
  return bounds;
}

/** Intervals that the range touches. */
export const touched = ({ from, to }: { from: number; to: number }): number[] =>
  from < to ? [Math.floor(from / intervalMs), Math.ceil(to / intervalMs)] : [];

/** Segments are complete in the range: of intervals that are neither marked nor in a segment there is no event. */
export function coverSegments(range: RangeToCover, segments: ListedSegment[]): SegmentCover {
  const all = touched(range);
  let raw: number[] = intersect(range.marked, all);
  const open = subtract(all, raw);
  const found: CoveringSegment[] = [];
  for (const [segment, owned] of ownedRanges(segments)) {
    const usable = intersect(owned, open);
    if (usable.length === 0) continue;
    if (!segment.hasData) raw = unite(raw, usable);
    else if (segment.rows > 0) found.push({ segment, ...windowsOf(segment, usable, range) });
  }
  return { segments: found, raw: clip(raw, range) };
}

function windowsOf({ covers }: ListedSegment, usable: number[], range: RangeToCover): { windows?: number[] } {
  const windows = clip(usable, range);
  const isWhole = countIntervals(usable) === countIntervals(covers);
  const isInside = covers[0]! * intervalMs >= range.from && covers.at(-1)! * intervalMs <= range.to;
  return isWhole && isInside ? {} : { windows };
}

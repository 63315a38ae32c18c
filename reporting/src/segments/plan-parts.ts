/** Decides which columns to read of which segments, and for which times raw events have to be read instead. */
import { intervalMs } from '@millrace/shared/contract/rollups';
import { unite } from '@millrace/shared/segments/interval-ranges';
import type { Directory } from '@millrace/shared/segments/segment-format';
import { type CoveringSegment, clip, type ListedSegment, type SegmentCover } from './cover-segments.js';
import type { PlannedPart } from './load-parts.js';

export interface DataNeeds {
  from: number;
  to: number;
  /** Columns with codes. */
  coded: readonly string[];
  usesVisitors: boolean;
  /** Bounds of time buckets, ascending; undefined when time is not a dimension. */
  bounds?: readonly number[];
  /** Time is grouped by hour of the day, so buckets change between the bounds. */
  byHours?: boolean;
  /** Needs the time of every event. */
  usesTime?: boolean;
  /** Needs all columns that visits depend on. */
  usesVisits?: boolean;
}

const isLeftOut = ({ leftOut, leavesOutMore, blocks }: Directory, column: string) =>
  leftOut.includes(column) || (leavesOutMore && column.startsWith('property:') && !(column in blocks));

/** Whether a bound is inside the time of a segment. */
function isCut({ covers }: ListedSegment, bounds: readonly number[]): boolean {
  const [from, to] = [covers[0]! * intervalMs, covers.at(-1)! * intervalMs];
  return bounds.some((bound) => bound > from && bound < to);
}

function columnsOf({ segment, windows }: CoveringSegment, needs: DataNeeds): string[] {
  const isSplit = needs.bounds !== undefined && (needs.byHours || isCut(segment, needs.bounds));
  if (needs.usesVisits) return ['time', 'micros', 'visitor', 'session', 'session_ids', ...needs.coded];
  if (needs.usesTime) return ['time', 'micros', 'visitor', ...needs.coded];
  const needsTime = windows !== undefined || isSplit;
  return [...(needsTime ? ['time'] : []), ...(needs.usesVisitors ? ['visitor'] : []), ...needs.coded];
}

/** Segments that leave out a needed column are replaced by raw events. */
export function planParts(
  cover: SegmentCover,
  directories: ReadonlyMap<ListedSegment, Directory>,
  needs: DataNeeds,
): { parts: PlannedPart[]; raw: number[] } {
  const parts: PlannedPart[] = [];
  let { raw } = cover;
  for (const covering of cover.segments) {
    const directory = directories.get(covering.segment)!;
    if (needs.coded.some((column) => isLeftOut(directory, column))) raw = unite(raw, windowsOf(covering, needs));
    else parts.push({ ...covering, directory, columns: columnsOf(covering, needs) });
  }
  return { parts, raw };
}

const windowsOf = ({ segment, windows }: CoveringSegment, { from, to }: DataNeeds): number[] =>
  windows ?? clip(segment.covers, { from, to });

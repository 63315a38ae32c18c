/** Measures the visits of each group. */
import { eachPair, type GroupedIds } from './distinct-pairs.js';
import type { Visits } from './number-visits.js';

/** For each group. */
export interface CountedVisits {
  visits: Uint32Array;
  bounces: Uint32Array;
  /** Views of these visits, wherever they are. */
  views: Uint32Array;
  /** Microseconds from first to last event, added up. */
  duration: Float64Array;
  /** Microseconds of each visit, ascending; only where the median is wanted. */
  durations?: Float64Array[];
}

export const emptyVisits = (size: number): CountedVisits => ({
  visits: new Uint32Array(size),
  bounces: new Uint32Array(size),
  views: new Uint32Array(size),
  duration: new Float64Array(size),
});

export function countVisits(lists: GroupedIds[], size: number, visits: Visits, withMedian: boolean): CountedVisits {
  const counted = emptyVisits(size);
  const durations: number[][] = withMedian ? Array.from({ length: size }, () => []) : [];
  eachPair(lists, size, (group, visit) => {
    const duration = visits.last[visit]! - visits.first[visit]!;
    counted.visits[group]! += 1;
    if (visits.views[visit] === 1 && visits.actions[visit] === 0) counted.bounces[group]! += 1;
    counted.views[group]! += visits.views[visit]!;
    counted.duration[group]! += duration;
    if (withMedian) durations[group]!.push(duration);
  });
  if (withMedian) counted.durations = durations.map((list) => Float64Array.from(list).sort());
  return counted;
}

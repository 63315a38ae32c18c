import type { Numbers } from '@millrace/shared/segments/number-block';
import { taskUint32s } from './task-memory.js';
import type { Visits } from './visit-table.js';

/** Each list has one entry per group. */
export interface CountedVisits {
  visits: Uint32Array;
  bounces: Uint32Array;
  /** All views of these visits, including those outside the group. */
  views: Uint32Array;
  /** Sum of the microseconds from first to last event. */
  duration: Float64Array;
  /** Microseconds of each visit, ascending; only set when the median is needed. */
  durations?: Float64Array[];
}

export const emptyVisits = (size: number): CountedVisits => ({
  visits: new Uint32Array(size),
  bounces: new Uint32Array(size),
  views: new Uint32Array(size),
  duration: new Float64Array(size),
});

/** The rows of one part: the group and the visit of each. The rows of a visit are adjacent. */
export interface GroupedVisits {
  groups: Numbers;
  ids: Numbers;
}

/** A 1 for each visit that has rows in several lists. */
function visitsInSeveral(lists: GroupedVisits[], count: number): Uint8Array {
  const listOf = taskUint32s(count + 1);
  const several = new Uint8Array(count + 1);
  for (const [at, { ids }] of lists.entries()) {
    for (let row = 0; row < ids.length; row += 1) {
      const visit = ids[row]!;
      if (listOf[visit] === 0) listOf[visit] = at + 1;
      else if (listOf[visit] !== at + 1) several[visit] = 1;
    }
  }
  return several;
}

/**
 * A visit counts once in each group. Its rows are adjacent within a list, so the last visit of each group shows whether it was
 * already counted; only for the few visits with rows in several lists, such as around midnight, the groups have to be remembered.
 */
export function countVisits(
  lists: GroupedVisits[],
  size: number,
  { count, first, last, views, actions }: Visits,
  withMedian: boolean,
): CountedVisits {
  const counted = emptyVisits(size);
  const durations: number[][] = withMedian ? Array.from({ length: size }, () => []) : [];
  const several = lists.length > 1 ? visitsInSeveral(lists, count) : undefined;
  const latest = new Uint32Array(size);
  const seen = new Set<number>();
  for (const { groups, ids } of lists) {
    for (let row = 0; row < ids.length; row += 1) {
      const visit = ids[row]!;
      const group = groups[row]!;
      if (visit === 0 || latest[group] === visit) continue;
      latest[group] = visit;
      if (several !== undefined && several[visit] === 1) {
        const pair = visit * size + group;
        if (seen.has(pair)) continue;
        seen.add(pair);
      }
      const duration = last[visit]! - first[visit]!;
      counted.visits[group]! += 1;
      const viewed = views[visit]!;
      if (viewed === 1 && actions[visit] === 0) counted.bounces[group]! += 1;
      counted.views[group]! += viewed;
      counted.duration[group]! += duration;
      if (withMedian) durations[group]!.push(duration);
    }
  }
  if (withMedian) counted.durations = durations.map((list) => Float64Array.from(list).sort());
  return counted;
}

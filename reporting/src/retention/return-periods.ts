/** Limits periods to a range: only events within the range count. */
import type { TimeRange } from '../query/resolved-query.js';
import type { Periods } from './cohort-periods.js';
import type { ShownPeriod } from './describe-returns.js';

export interface ReturnPeriods {
  /** Period i is `[bounds[i], bounds[i + 1])`. */
  bounds: Date[];
  shown: ShownPeriod[];
}

/** `whole` are the periods that the range touches. */
export function returnPeriods({ bounds, labels }: Periods, { from, to }: TimeRange, now: Date): ReturnPeriods {
  const isWhole = (index: number) => bounds[index]! >= from && bounds[index + 1]! <= to && bounds[index + 1]! <= now;
  const clipped = bounds.map((bound) => new Date(Math.min(to.getTime(), Math.max(from.getTime(), bound.getTime()))));
  return { bounds: clipped, shown: labels.map((period, index) => ({ period, complete: isWhole(index) })) };
}

/** Turns a list of intervals into the ranges of time that they make up together. */
import { intervalMs } from '@millrace/shared/rollups';

/** Range i is `[from[i], to[i])`; two lists, since that is how a statement takes them. */
export interface TimeRanges {
  from: Date[];
  to: Date[];
}

/** `intervals` ascending, each once. */
export function joinIntervals(intervals: Date[]): TimeRanges {
  const ranges: TimeRanges = { from: [], to: [] };
  for (const start of intervals) {
    const end = new Date(start.getTime() + intervalMs);
    if (ranges.to.at(-1)?.getTime() === start.getTime()) ranges.to[ranges.to.length - 1] = end;
    else {
      ranges.from.push(start);
      ranges.to.push(end);
    }
  }
  return ranges;
}

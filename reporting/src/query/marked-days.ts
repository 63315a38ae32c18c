/** Turns marks on intervals and on days into the days that cannot be read from rows of days. */
import { addDays, dayOf, dayStart } from '@millrace/shared/zone-days';

/** Days from `from` up to, not including, `to`. */
export interface DayRun {
  from: string;
  to: string;
}

/** One look at the calendar per marked day, however many of its intervals are marked. `intervals` ascending. */
function daysOfIntervals(intervals: number[], zone: string): string[] {
  const days: string[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const start of intervals) {
    if (start < end) continue;
    const day = dayOf(new Date(start), zone);
    days.push(day);
    end = dayStart(addDays(day, 1), zone).getTime();
  }
  return days;
}

/** Maximal runs of marked days, ascending. `intervals` ascending. */
export function markedDayRuns(intervals: number[], days: string[], zone: string): DayRun[] {
  const runs: DayRun[] = [];
  for (const day of [...new Set([...daysOfIntervals(intervals, zone), ...days])].sort()) {
    const last = runs.at(-1);
    if (last?.to === day) last.to = addDays(day, 1);
    else runs.push({ from: day, to: addDays(day, 1) });
  }
  return runs;
}

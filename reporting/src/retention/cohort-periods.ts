import { addDays, dayOf, dayStart } from '@millrace/shared/time/zone-days';
import type { TimeRange } from '../query/resolved-query.js';
import { firstOfMonth, firstOfWeek, type WeekStart } from '../query-request/calendar.js';
import type { ShownPeriod } from './describe-returns.js';

export type Period = 'day' | 'week' | 'month';

/** Period i is `[bounds[i], bounds[i + 1])`; `labels[i]` is its first day. */
export interface Periods {
  bounds: Date[];
  labels: string[];
}

const firstDay: Record<Period, (day: string, weekStart?: WeekStart) => string> = {
  day: (day) => day,
  week: firstOfWeek,
  month: (day) => firstOfMonth(day),
};

const nextPeriod: Record<Period, (first: string) => string> = {
  day: (first) => addDays(first, 1),
  week: (first) => addDays(first, 7),
  month: (first) => firstOfMonth(first, 1),
};

/**
 * Whole periods, from the one in which the range starts to the one in which it ends or that contains `now`, whichever is earlier. Lists
 * at most one more than `max`. Empty if the range starts after `now`. Days that the zone skipped are left out.
 */
export function periodsOf(
  { from, to }: TimeRange,
  period: Period,
  zone: string,
  now: Date,
  max: number,
  weekStart?: WeekStart,
): Periods {
  const end = Math.min(to.getTime(), now.getTime() + 1);
  const labels: string[] = [];
  let next = firstDay[period](dayOf(from, zone), weekStart);
  while (from.getTime() < end && dayStart(next, zone).getTime() < end && labels.length <= max) {
    const following = nextPeriod[period](next);
    if (dayStart(following, zone) > dayStart(next, zone)) labels.push(next);
    next = following;
  }
  return { labels, bounds: [...labels, next].map((day) => dayStart(day, zone)) };
}

export interface ReturnPeriods {
  /** Period i is `[bounds[i], bounds[i + 1])`. */
  bounds: Date[];
  shown: ShownPeriod[];
}

/** Limits the periods that a range touches to the range, since only events within it count. */
export function clipPeriods({ bounds, labels }: Periods, { from, to }: TimeRange, now: Date): ReturnPeriods {
  const isComplete = (index: number) => bounds[index]! >= from && bounds[index + 1]! <= to && bounds[index + 1]! <= now;
  const clipped = bounds.map((bound) => new Date(Math.min(to.getTime(), Math.max(from.getTime(), bound.getTime()))));
  return { bounds: clipped, shown: labels.map((period, index) => ({ period, complete: isComplete(index) })) };
}

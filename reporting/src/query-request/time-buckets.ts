import { addDays, dayOf, dayStart } from '@millrace/shared/time/zone-days';
import { offsetSpans } from '@millrace/shared/time/zone-offsets';
import type { SeriesUnit, TimeUnit } from '../query/dimension-catalogue.js';
import type { TimeBuckets, TimeRange } from '../query/resolved-query.js';
import { firstOfMonth, firstOfQuarter, firstOfWeek, firstOfYear, type WeekStart } from './calendar.js';
import { queryLimits } from './query-names.js';
import { refusal } from './refuse.js';

export type CalendarUnit = 'day' | 'week' | 'month' | 'quarter' | 'year';
export type ClockUnit = 'minute' | 'hour';

export const isClockUnit = (unit: TimeUnit): unit is ClockUnit => unit === 'minute' || unit === 'hour';

export const clockMs: Record<ClockUnit, number> = { minute: 60_000, hour: 3_600_000 };

/** The first day of the unit that contains a day, and of the unit after it. */
export const calendar: Record<
  CalendarUnit,
  { start: (day: string, weekStart: WeekStart) => string; next: (start: string) => string }
> = {
  day: { start: (day) => day, next: (start) => addDays(start, 1) },
  week: { start: firstOfWeek, next: (start) => addDays(start, 7) },
  month: { start: (day) => firstOfMonth(day), next: (start) => firstOfMonth(start, 1) },
  quarter: { start: firstOfQuarter, next: (start) => firstOfMonth(start, 3) },
  year: { start: firstOfYear, next: (start) => firstOfMonth(start, 12) },
};

/** The start and the label of each bucket, in order. */
type Starts = Generator<[startMs: number, label: string]>;

/** @throws ServiceError `invalid_request` that names `field` when there would be more than 10,000 buckets. */
export function timeBuckets(
  unit: SeriesUnit,
  range: TimeRange,
  zone: string,
  weekStart: WeekStart = 'monday',
  field = 'dimensions',
): TimeBuckets {
  const starts = isClockUnit(unit)
    ? clockStarts(unit, range, zone)
    : calendarStarts(calendar[unit], range, zone, weekStart);
  const bounds: Date[] = [];
  const labels: string[] = [];
  for (const [startMs, label] of starts) {
    if (labels.length === queryLimits.buckets) {
      const limit = queryLimits.buckets.toLocaleString('en');
      throw refusal([field], `would make more than ${limit} buckets of time:${unit}; shorten the range`);
    }
    bounds.push(new Date(startMs));
    labels.push(label);
  }
  bounds.push(range.to);
  return { unit, bounds, labels };
}

/** Leaves out days that the zone skipped. */
export function* calendarStarts(
  { start, next }: (typeof calendar)[CalendarUnit],
  range: TimeRange,
  zone: string,
  weekStart: WeekStart,
): Starts {
  let label = start(dayOf(range.from, zone), weekStart);
  for (let startMs = range.from.getTime(); startMs < range.to.getTime(); ) {
    const following = next(label);
    const endMs = dayStart(following, zone).getTime();
    if (endMs > startMs) yield [startMs, label];
    startMs = Math.max(startMs, endMs);
    label = following;
  }
}

/** A change of the UTC offset starts a new bucket: the labels of a repeated hour differ by their offset. */
export function* clockStarts(unit: ClockUnit, range: TimeRange, zone: string): Starts {
  const unitMs = clockMs[unit];
  for (const { from, to, offset } of offsetSpans(range.from.getTime(), range.to.getTime(), zone)) {
    const suffix = offsetText(offset);
    for (let local = Math.floor((from + offset) / unitMs) * unitMs; local - offset < to; local += unitMs) {
      yield [Math.max(local - offset, from), new Date(local).toISOString().slice(0, 19) + suffix];
    }
  }
}

/** `+05:30`. All offsets have been whole minutes since 1972. */
export function offsetText(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const two = (part: number) => String(Math.floor(part)).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** Finds the earlier counterpart of a day, and of the start and end of a range. */
import { addDays, dayOf, dayStart } from '@millrace/shared/time/zone-days';
import { Temporal } from 'temporal-polyfill';
import { firstOfMonth, sameDayOfMonth } from './calendar.js';

/** `months` keeps the day of the month. */
export interface DayStep {
  kind: 'days' | 'months';
  count: number;
}

/** Undefined when the earlier month has no such day. */
export const earlierDay = (day: string, { kind, count }: DayStep): string | undefined =>
  kind === 'days' ? addDays(day, -count) : sameDayOfMonth(day, -count);

/** The instant on another day with the same clock time as `ms`. A time that the zone skipped on that day counts as past. */
export function atSameClock(ms: number, day: string, zone: string): number {
  const time = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainTime();
  return Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds;
}

/** Start of the counterpart of a range that starts at `ms`: the end of the month, if it has no such day. */
export function earlierStart(ms: number, step: DayStep, zone: string): number {
  const day = dayOf(new Date(ms), zone);
  const earlier = earlierDay(day, step);
  if (earlier === undefined) return dayStart(firstOfMonth(day, 1 - step.count), zone).getTime();
  return dayStart(day, zone).getTime() === ms ? dayStart(earlier, zone).getTime() : atSameClock(ms, earlier, zone);
}

/** End of the counterpart of a range that ends at `ms`: the end of the month, if it has no such day. */
export function earlierEnd(ms: number, step: DayStep, zone: string): number {
  const day = dayOf(new Date(ms), zone);
  const isWhole = dayStart(day, zone).getTime() === ms;
  const last = isWhole ? addDays(day, -1) : day;
  const earlier = earlierDay(last, step);
  if (earlier === undefined) return dayStart(firstOfMonth(last, 1 - step.count), zone).getTime();
  return isWhole ? dayStart(addDays(earlier, 1), zone).getTime() : atSameClock(ms, earlier, zone);
}

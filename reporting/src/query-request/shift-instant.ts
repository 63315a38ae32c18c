/** Where days and the ends of a range lie in the earlier part of the calendar that a step leads to. */
import { addDays, dayOf, dayStart } from '@millrace/shared/time/zone-days';
import { Temporal } from 'temporal-polyfill';
import { firstOfMonth, sameDayOfMonth } from './calendar.js';

/** By days, or by months in which a day keeps its number. */
export interface DayStep {
  kind: 'days' | 'months';
  count: number;
}

/** Undefined where the earlier month has no such day. */
export const earlierDay = (day: string, { kind, count }: DayStep): string | undefined =>
  kind === 'days' ? addDays(day, -count) : sameDayOfMonth(day, -count);

/** The instant at which the clock of an earlier day shows what it shows at `ms`; what days have lost counts as past. */
export function atSameClock(ms: number, day: string, zone: string): number {
  const time = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainTime();
  return Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds;
}

/** Where the earlier part of a range that starts at `ms` starts: after the end of a month that has no such day. */
export function earlierStart(ms: number, step: DayStep, zone: string): number {
  const day = dayOf(new Date(ms), zone);
  const earlier = earlierDay(day, step);
  if (earlier === undefined) return dayStart(firstOfMonth(day, 1 - step.count), zone).getTime();
  return dayStart(day, zone).getTime() === ms ? dayStart(earlier, zone).getTime() : atSameClock(ms, earlier, zone);
}

/** Where the earlier part of a range that ends at `ms` ends: with the end of a month that has no such day. */
export function earlierEnd(ms: number, step: DayStep, zone: string): number {
  const day = dayOf(new Date(ms), zone);
  const isWhole = dayStart(day, zone).getTime() === ms;
  const last = isWhole ? addDays(day, -1) : day;
  const earlier = earlierDay(last, step);
  if (earlier === undefined) return dayStart(firstOfMonth(last, 1 - step.count), zone).getTime();
  return isWhole ? dayStart(addDays(earlier, 1), zone).getTime() : atSameClock(ms, earlier, zone);
}

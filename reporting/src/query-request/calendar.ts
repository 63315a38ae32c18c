/** Calendar arithmetic on dates written `YYYY-MM-DD`, without a time zone. */
import { dayMs } from '@millrace/shared/time/durations';

const text = (ms: number) => new Date(ms).toISOString().slice(0, 10);

export type WeekStart = 'monday' | 'sunday';

const partsOf = (day: string) => day.split('-').map(Number) as [number, number, number];

/** The first of the month that is `months` after the month of `day`, or before it when negative. */
export function firstOfMonth(day: string, months = 0): string {
  const [year, month] = partsOf(day);
  return text(Date.UTC(year, month - 1 + months, 1));
}

/** Quarters start in January, April, July and October. */
export const firstOfQuarter = (day: string): string => firstOfMonth(day, -((Number(day.slice(5, 7)) - 1) % 3));

export const firstOfYear = (day: string): string => `${day.slice(0, 4)}-01-01`;

/** 1 for Monday to 7 for Sunday, as in ISO 8601. */
export const weekdayOf = (day: string): number => ((new Date(Date.parse(day)).getUTCDay() + 6) % 7) + 1;

export function firstOfWeek(day: string, weekStart: WeekStart = 'monday'): string {
  const since = weekStart === 'monday' ? weekdayOf(day) - 1 : weekdayOf(day) % 7;
  return text(Date.parse(day) - since * dayMs);
}

/** The same day `months` later, or earlier when negative; undefined if that month has no such day. */
export function sameDayOfMonth(day: string, months: number): string | undefined {
  const first = firstOfMonth(day, months);
  const same = text(Date.parse(first) + (Number(day.slice(8)) - 1) * dayMs);
  return same.slice(0, 7) === first.slice(0, 7) ? same : undefined;
}

/** Like {@link sameDayOfMonth}, but the last day of a month that has no such day. */
export const nearestDayOfMonth = (day: string, months: number): string =>
  sameDayOfMonth(day, months) ?? text(Date.parse(firstOfMonth(day, months + 1)) - dayMs);

/** Days from the first date to the second, both included. */
export const daysIn = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / dayMs + 1;

export function monthsBetween(from: string, to: string): number {
  const [[fromYear, fromMonth], [toYear, toMonth]] = [partsOf(from), partsOf(to)];
  return 12 * (toYear - fromYear) + toMonth - fromMonth;
}

/** The Monday of the first ISO week of a year, which is the week of 4 January. */
const firstMonday = (year: number) => firstOfWeek(`${String(year).padStart(4, '0')}-01-04`);

/**
 * The Monday of the week with the same ISO 8601 number `years` years later, or earlier when negative. Undefined for week 53 when the
 * other year has none.
 */
export function sameIsoWeek(monday: string, years: number): string | undefined {
  // A week belongs to the year of its Thursday.
  const year = new Date(Date.parse(monday) + 3 * dayMs).getUTCFullYear();
  const other = text(Date.parse(firstMonday(year + years)) + Date.parse(monday) - Date.parse(firstMonday(year)));
  return other < firstMonday(year + years + 1) ? other : undefined;
}

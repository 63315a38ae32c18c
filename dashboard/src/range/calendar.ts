/** Calendar arithmetic on dates written `YYYY-MM-DD`, without time zones. */
import { wallClock } from './clock.ts';

const dayMs = 86_400_000;
const text = (ms: number) => new Date(ms).toISOString().slice(0, 10);

export const addDays = (day: string, count: number): string => text(Date.parse(day) + count * dayMs);

/** Both ends included. */
export const daysIn = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / dayMs + 1;

/** The first day of the month `months` after that of `day`; negative counts back. */
export function firstOfMonth(day: string, months = 0): string {
  const [year = 0, month = 1] = day.split('-').map(Number);
  return text(Date.UTC(year, month - 1 + months, 1));
}

/** The last day of the month `months` after that of `day`. */
export const lastOfMonth = (day: string, months = 0): string => addDays(firstOfMonth(day, months + 1), -1);

export const monthOf = (day: string): number => Number(day.slice(5, 7));

/** Between the months of two dates, ignoring their days. */
export const monthsBetween = (from: string, to: string): number =>
  12 * (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) + monthOf(to) - monthOf(from);

/** Weeks start on Monday, as in the API. */
export const firstOfWeek = (day: string): string => addDays(day, -((new Date(Date.parse(day)).getUTCDay() + 6) % 7));

/** The instant of a local time such as `2025-11-14T10:05`. Where a clock change makes it ambiguous or skips it, the later one. */
export function instantOf(wall: string, timezone: string): Date {
  const shown = Date.parse(`${wall}Z`);
  const offsetAt = (at: number) => Date.parse(`${wallClock(timezone, at)}Z`) - Math.floor(at / 1_000) * 1_000;
  // If the clock changes around that time, the offsets one day before and after differ.
  const offset = Math.min(offsetAt(shown - dayMs), offsetAt(shown + dayMs));
  const later = shown - offset;
  const earlier = shown - Math.max(offsetAt(shown - dayMs), offsetAt(shown + dayMs));
  return new Date(wallClock(timezone, later).startsWith(wall) ? later : earlier);
}

/** Weeks, months, quarters and years of a time zone. */
import type { PeriodData, PeriodType } from '@millrace/shared/contract/job-data';
import { addDays, dayOf, dayStart } from '@millrace/shared/time/zone-days';

/** A calendar period in a site's time zone; `[from, to)`. */
export interface Period {
  type: PeriodType;
  /** First day, `YYYY-MM-DD`. */
  start: string;
  from: Date;
  to: Date;
}

const two = (number: number) => String(number).padStart(2, '0');

/** The first day of the month `count` months after the month of `day`. */
export function addMonths(day: string, count: number): string {
  const months = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + count;
  return `${String(Math.floor(months / 12)).padStart(4, '0')}-${two((months % 12) + 1)}-01`;
}

/** Monday is 0. */
const weekday = (day: string) => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;

const firstDays: Record<PeriodType, (day: string) => string> = {
  day: (day) => day,
  week: (day) => addDays(day, -weekday(day)),
  month: (day) => addMonths(day, 0),
  quarter: (day) => addMonths(day, -((Number(day.slice(5, 7)) - 1) % 3)),
  year: (day) => `${day.slice(0, 4)}-01-01`,
};

const nextDays: Record<PeriodType, (first: string) => string> = {
  day: (first) => addDays(first, 1),
  week: (first) => addDays(first, 7),
  month: (first) => addMonths(first, 1),
  quarter: (first) => addMonths(first, 3),
  year: (first) => addMonths(first, 12),
};

/** The period of a type that contains the day. */
export function periodOf(day: string, type: PeriodType, zone: string): Period {
  const start = firstDays[type](day);
  return { type, start, from: dayStart(start, zone), to: dayStart(nextDays[type](start), zone) };
}

/** The periods of a type that contain the days, distinct and in order; days that the time zone skipped are left out. */
export function periodsOf(days: Iterable<string>, type: PeriodType, zone: string): Period[] {
  const starts = new Set([...days].map((day) => firstDays[type](day)));
  return [...starts]
    .sort()
    .map((start) => periodOf(start, type, zone))
    .filter(({ from, to }) => from < to);
}

/** The distinct days that contain the instants. Fast when consecutive instants share a day. */
export function daysOf(instants: Date[], zone: string): string[] {
  const days = new Set<string>();
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const instant of instants) {
    const ms = instant.getTime();
    if (ms >= from && ms < to) continue;
    const day = dayOf(instant, zone);
    days.add(day);
    [from, to] = [dayStart(day, zone).getTime(), dayStart(addDays(day, 1), zone).getTime()];
  }
  return [...days];
}

/** The period that a job names: by a day in it, or as the current or previous one at the instant `at`. */
export function resolvePeriod(
  requested: Pick<PeriodData, 'periodType' | 'period'> & { at: string },
  zone: string,
): Period {
  const { periodType, period, at } = requested;
  if (period !== 'previous' && period !== 'current') return periodOf(period, periodType, zone);
  const current = periodOf(dayOf(new Date(at), zone), periodType, zone);
  return period === 'current' ? current : periodOf(addDays(current.start, -1), periodType, zone);
}

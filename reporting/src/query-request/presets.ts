/** The named ranges: what each of them means and what it is compared with. Defined only here. */
import { addDays } from '@millrace/shared/time/zone-days';
import {
  firstOfMonth,
  firstOfQuarter,
  firstOfWeek,
  firstOfYear,
  nearestDayOfMonth,
  type WeekStart,
} from './calendar.js';

/** Distance from a range back to the one it is compared with: calendar units, or milliseconds. */
export type Shift = { kind: 'days' | 'months' | 'ms'; count: number };

interface RangeDescription {
  /** What it spans, for the documentation. */
  meaning: string;
  /** What `previous_period` compares it with. */
  previous: string;
  /** What `year_over_year` compares it with. */
  yearBefore: string;
}

/** Whole days in the zone of the query, both included. */
export interface DayPreset extends RangeDescription {
  from(today: string, weekStart: WeekStart): string;
  to(today: string, weekStart: WeekStart): string;
  previousShift: Shift;
  yearShift: Shift;
  /** The range always ends with a whole month or week, so the earlier range does, too. */
  isComplete: boolean;
  /** Compared with the same part of the earlier range: up to the same clock time. */
  comparesElapsed?: boolean;
}

/** A time up to now. */
export interface RecentPreset extends RangeDescription {
  minutes: number;
}

const year: Shift = { kind: 'months', count: 12 };
/** 52 weeks, so that a week is compared with the same days of the week. */
const yearOfWeeks: Shift = { kind: 'days', count: 364 };
const today = (day: string) => day;
const sameDates = 'the same dates a year earlier';

function untilToday(
  from: DayPreset['from'],
  previousShift: Shift,
  texts: Omit<RangeDescription, 'yearBefore'> & { yearBefore?: string },
  yearShift = year,
): DayPreset {
  return { from, to: today, previousShift, yearShift, isComplete: false, yearBefore: sameDates, ...texts };
}

function ended(
  from: DayPreset['from'],
  to: DayPreset['to'],
  previousShift: Shift,
  words: RangeDescription,
  yearShift = year,
): DayPreset {
  return { from, to, previousShift, yearShift, isComplete: true, ...words };
}

const days = (count: number): Shift => ({ kind: 'days', count });
const months = (count: number): Shift => ({ kind: 'months', count });
const shorter = 'a shorter month ends with its last day';

/** `7d` and other numbers of days up to today. */
export const lastDays = (count: number): DayPreset =>
  untilToday((day) => addDays(day, 1 - count), days(count), {
    meaning: 'the n days up to today',
    previous: 'the n days before that',
  });

export const dayPresets = {
  day: {
    ...untilToday(today, days(1), {
      meaning: 'today',
      previous: 'yesterday up to the current time of day',
      yearBefore: 'the same date a year earlier, up to the current time of day',
    }),
    comparesElapsed: true,
  },
  yesterday: {
    from: (day) => addDays(day, -1),
    to: (day) => addDays(day, -1),
    previousShift: days(1),
    yearShift: year,
    isComplete: false,
    meaning: 'yesterday',
    previous: 'the day before yesterday',
    yearBefore: 'the same date a year earlier',
  },
  week: untilToday(
    firstOfWeek,
    days(7),
    {
      meaning: 'from the first day of this week to today',
      previous: 'the same days of the week before',
      yearBefore: 'the same days of the week 52 weeks earlier',
    },
    yearOfWeeks,
  ),
  last_week: ended(
    (day, weekStart) => addDays(firstOfWeek(day, weekStart), -7),
    (day, weekStart) => addDays(firstOfWeek(day, weekStart), -1),
    days(7),
    {
      meaning: 'the whole week before this one',
      previous: 'the week before it',
      yearBefore: 'the week 52 weeks earlier',
    },
    yearOfWeeks,
  ),
  month: untilToday((day) => firstOfMonth(day), months(1), {
    meaning: 'from the first of this month to today',
    previous: `the month before, up to the same date; ${shorter}`,
  }),
  last_month: ended(
    (day) => firstOfMonth(day, -1),
    (day) => addDays(firstOfMonth(day), -1),
    months(1),
    {
      meaning: 'the whole month before this one',
      previous: 'the whole month before it',
      yearBefore: 'the same month a year earlier',
    },
  ),
  quarter: untilToday(firstOfQuarter, months(3), {
    meaning: 'from the first day of this quarter (January, April, July, October) to today',
    previous: `the quarter before, up to the date three months earlier; ${shorter}`,
  }),
  last_quarter: ended(
    (day) => firstOfMonth(firstOfQuarter(day), -3),
    (day) => addDays(firstOfQuarter(day), -1),
    months(3),
    {
      meaning: 'the whole quarter before this one',
      previous: 'the whole quarter before it',
      yearBefore: 'the same quarter a year earlier',
    },
  ),
  year: untilToday(firstOfYear, year, {
    meaning: 'from 1 January to today',
    previous: 'the year before, up to the same date',
  }),
  last_year: ended(
    (day) => firstOfYear(firstOfMonth(day, -12)),
    (day) => addDays(firstOfYear(day), -1),
    year,
    {
      meaning: 'the whole year before this one',
      previous: 'the whole year before it',
      yearBefore: 'the whole year before it',
    },
  ),
  '6mo': untilToday((day) => firstOfMonth(day, -5), months(6), {
    meaning: 'this month up to today and the five months before it',
    previous: `the six months before that, up to the same date in the last of them; ${shorter}`,
  }),
  '12mo': untilToday((day) => firstOfMonth(day, -11), year, {
    meaning: 'this month up to today and the eleven months before it',
    previous: `the twelve months before that, up to the same date in the last of them; ${shorter}`,
  }),
} satisfies Record<string, DayPreset>;

const justBefore = 'the same length of time right before';
const sameClock = 'the same length of time from the same date and clock time a year earlier';

export const recentPresets = {
  '24h': { minutes: 24 * 60, meaning: 'the 24 hours up to now', previous: justBefore, yearBefore: sameClock },
  realtime: { minutes: 30, meaning: 'the 30 minutes up to now', previous: justBefore, yearBefore: sameClock },
} satisfies Record<string, RecentPreset>;

export const allTime: RangeDescription = {
  meaning: 'from the day of the first event of the site to today, or to the day of the last event if that is later',
  previous: 'the same number of days before the first event, which have no events',
  yearBefore: sameDates,
};

/** The days that are `shift` earlier. */
export function shiftDays({ from, to }: { from: string; to: string }, shift: Shift, isComplete: boolean) {
  if (shift.kind === 'days') return { from: addDays(from, -shift.count), to: addDays(to, -shift.count) };
  const first = nearestDayOfMonth(from, -shift.count);
  if (isComplete) return { from: first, to: addDays(firstOfMonth(addDays(to, 1), -shift.count), -1) };
  return { from: first, to: nearestDayOfMonth(to, -shift.count) };
}

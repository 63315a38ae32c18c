/** Which days a report is about, and with which it compares them. Days are written `YYYY-MM-DD`, both included. */
import type { PeriodType } from '@millrace/shared/contract/job-data';
import { addDays, dayOf } from '@millrace/shared/time/zone-days';
import {
  daysIn,
  firstOfMonth,
  firstOfQuarter,
  firstOfWeek,
  firstOfYear,
  monthsBetween,
} from '../query-request/calendar.js';

export interface Days {
  from: string;
  to: string;
}

const firstDay: Record<PeriodType, (day: string) => string> = {
  day: (day) => day,
  week: (day) => firstOfWeek(day),
  month: (day) => firstOfMonth(day),
  quarter: firstOfQuarter,
  year: firstOfYear,
};

/** The whole period before the one that `day` lies in. Weeks begin on Monday. */
export function periodBefore(day: string, type: PeriodType): Days {
  const to = addDays(firstDay[type](day), -1);
  return { from: firstDay[type](to), to };
}

/** The period that a report of the slot `at` is about: yesterday, last week ... by the calendar of `timezone`. */
export const periodOfSlot = (at: Date, type: PeriodType, timezone: string): Days =>
  periodBefore(dayOf(at, timezone), type);

/** Where it is tomorrow first: what is in the future there is so everywhere. */
export const easternmost = 'Pacific/Kiritimati';

/** A range may end in the future, as that of this month does: it is reported as far as it is stored. */
export const hasBegun = ({ from }: Days, timezone: string, now: Date): boolean => from <= dayOf(now, timezone);

/** The days before these: as many months where these are whole months, else as many days. */
export function daysBefore({ from, to }: Days): Days {
  const end = addDays(from, -1);
  const next = addDays(to, 1);
  const isWholeMonths = from.endsWith('-01') && next.endsWith('-01');
  return {
    from: isWholeMonths ? firstOfMonth(from, -monthsBetween(from, next)) : addDays(from, -daysIn(from, to)),
    to: end,
  };
}

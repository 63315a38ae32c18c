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

/** First and last day as `YYYY-MM-DD`, both inclusive. */
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

/** The whole period before the one that contains `day`. Weeks begin on Monday. */
export function periodBefore(day: string, type: PeriodType): Days {
  const to = addDays(firstDay[type](day), -1);
  return { from: firstDay[type](to), to };
}

/** The period of a report whose slot is `at`: yesterday, last week and so on in `timezone`. */
export const periodOfSlot = (at: Date, type: PeriodType, timezone: string): Days =>
  periodBefore(dayOf(at, timezone), type);

/** The zone where days begin first: a day in the future there is in the future everywhere. */
export const easternmost = 'Pacific/Kiritimati';

/** A range can end in the future, like the current month; the report then covers what is stored so far. */
export const hasBegun = ({ from }: Days, timezone: string, now: Date): boolean => from <= dayOf(now, timezone);

/** The previous period: the same number of months if these are whole months, otherwise the same number of days. */
export function daysBefore({ from, to }: Days): Days {
  const end = addDays(from, -1);
  const next = addDays(to, 1);
  const isWholeMonths = from.endsWith('-01') && next.endsWith('-01');
  return {
    from: isWholeMonths ? firstOfMonth(from, -monthsBetween(from, next)) : addDays(from, -daysIn(from, to)),
    to: end,
  };
}

/** Due days of a subscription, counted from its anchor. */
import { addDays } from '@millrace/shared/time/zone-days';
import type { Plan } from './plan-worth.js';

/** The same day of the month `count` months later, or the last day of a shorter month. */
function addClampedMonths(day: string, count: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + count, 0));
  last.setUTCDate(Math.min(date, last.getUTCDate()));
  return last.toISOString().slice(0, 10);
}

const monthsOf: Partial<Record<Plan['interval'], number>> = { month: 1, quarter: 3, year: 12 };
const daysOf: Partial<Record<Plan['interval'], number>> = { day: 1, week: 7 };

/** Keeps years within the four digits of a date string. */
const maxYears = 7_000;

/**
 * The day `number` intervals after the anchor, on the anchor's day of the month or on the last day of a shorter month
 * (31 January, 28 February, 31 March), see https://docs.stripe.com/billing/subscriptions/billing-cycle. At most 7,000 years
 * after the anchor.
 */
export function dueDay(anchor: string, { interval, count }: Plan, number: number): string {
  const months = monthsOf[interval];
  return months === undefined
    ? addDays(anchor, Math.min(number * count * daysOf[interval]!, maxYears * 365))
    : addClampedMonths(anchor, Math.min(number * count * months, maxYears * 12));
}

/** How many intervals since the anchor are paid after a payment on `day`, when `paid` were paid before it. */
export function paidIntervals(anchor: string, plan: Plan, paid: number, day: string): number {
  let number = paid + 1;
  // A late payment pays for the current interval, not for one that has passed.
  while (dueDay(anchor, plan, number) <= day) number += 1;
  return number;
}

/** Days up to which a subscription is paid, counted from the day of its first payment. */
import { addDays } from '@millrace/shared/zone-days';
import type { Plan } from './plan-worth.js';

const dayMs = 86_400_000;

const daysBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / dayMs;

/** The same day of the month `count` months later, or the last one of a month that has no such day. */
export function addClampedMonths(day: string, count: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + count, 0));
  last.setUTCDate(Math.min(date, last.getUTCDate()));
  return last.toISOString().slice(0, 10);
}

const monthsOf: Partial<Record<Plan['interval'], number>> = { month: 1, quarter: 3, year: 12 };
const daysOf: Partial<Record<Plan['interval'], number>> = { day: 1, week: 7 };

/** The day on which the payment after `number` others is due. */
function dueDay(anchor: string, { interval, count }: Plan, number: number): string {
  const months = monthsOf[interval];
  return months === undefined
    ? addDays(anchor, number * count * daysOf[interval]!)
    : addClampedMonths(anchor, number * count * months);
}

/** Which payment is due last on or before `day`. */
function lastDue(anchor: string, plan: Plan, day: string): number {
  const length = plan.count * (daysOf[plan.interval] ?? 31 * monthsOf[plan.interval]!);
  // The longest months lead to an early guess.
  let number = Math.floor(daysBetween(anchor, day) / length);
  while (dueDay(anchor, plan, number + 1) <= day) number += 1;
  return number;
}

/**
 * The day on which the next payment is due, after one on `day` of a subscription first paid on `anchor`. It is due on the anchor's
 * day, which a month without it has on its last (31 January, 28 February, 31 March), as
 * https://docs.stripe.com/billing/subscriptions/billing-cycle describes. A payment up to `graceDays` before it is due is taken for
 * that one, where a period is long enough to tell an early payment from a late one.
 */
export function paidThrough(anchor: string, plan: Plan, day: string, graceDays: number): string {
  const number = lastDue(anchor, plan, day);
  const [due, next] = [dueDay(anchor, plan, number), dueDay(anchor, plan, number + 1)];
  const isEarly = daysBetween(due, next) > 2 * graceDays && daysBetween(day, next) <= graceDays;
  return isEarly ? dueDay(anchor, plan, number + 2) : next;
}

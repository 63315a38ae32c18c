/** What a subscription is worth from day to day, by what happened to it. */
import { addDays } from '@millrace/shared/zone-days';
import { paidThrough } from './paid-through.js';
import type { Plan } from './plan-worth.js';

/** In the order of time; `day` is that of the site's zone. */
export type SubscriptionEvent = { day: string } & (
  | { kind: 'payment'; transaction: string; plan: Plan }
  | { kind: 'refund'; transaction: string; currency: string; amount: string }
  | { kind: 'changed'; plan: Plan }
  | { kind: 'canceled'; atPeriodEnd: boolean }
);

/** From `day` on it is worth `plan`; nothing when null. */
export interface PlanChange {
  day: string;
  plan: Plan | null;
}

interface Paid {
  transaction: string;
  paid: Plan;
  /** What was paid, or what it was changed to since. */
  plan: Plan;
  anchor: string;
  through: string;
  /** The first day on which it counts no more. */
  ends: string;
}

/** Both have at most six digits after the point. */
const millionths = (amount: string) => {
  const [whole, fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(6, '0'));
};

/**
 * The days on which its worth changes, ascending. A subscription counts from its first payment up to the day on which the next
 * one is due, and `graceDays` longer, as https://docs.stripe.com/billing/subscriptions/analytics/glossary counts subscriptions
 * that are past due. A payment that comes later, has another interval, or follows a cancellation, begins a new anchor. The
 * last payment says what it is worth, or a change of plan since. Cancelling ends it at once, or when the next payment is due
 * (the two ways to recognize churn of https://help.chartmogul.com/hc/en-us/articles/201244842). A payment refunded whole
 * counts no more from then on, and the one before it does, as long as it was paid for.
 */
export function followSubscription(events: SubscriptionEvent[], graceDays: number): PlanChange[] {
  const payments: Paid[] = [];
  const refunded = new Map<string, bigint>();
  const current = (day: string) => {
    const last = payments.at(-1);
    return last !== undefined && day < last.ends ? last : undefined;
  };

  const pay = (day: string, transaction: string, plan: Plan) => {
    const before = payments.at(-1);
    const isRenewal =
      before !== undefined &&
      day <= before.ends &&
      before.paid.interval === plan.interval &&
      before.paid.count === plan.count;
    const anchor = isRenewal ? before.anchor : day;
    const due = paidThrough(anchor, plan, day, graceDays);
    const through = isRenewal && before.through > due ? before.through : due;
    payments.push({ transaction, paid: plan, plan, anchor, through, ends: addDays(through, graceDays) });
    giveBack(transaction, plan.currency, 0n);
  };

  const giveBack = (transaction: string, currency: string, amount: bigint) => {
    const key = JSON.stringify([transaction, currency]);
    const total = (refunded.get(key) ?? 0n) + amount;
    refunded.set(key, total);
    const index = payments.findIndex((payment) => payment.transaction === transaction);
    const payment = payments[index];
    if (payment?.paid.currency === currency && total > 0n && total >= millionths(payment.paid.amount)) {
      payments.splice(index, 1);
    }
  };

  const cancel = (day: string, atPeriodEnd: boolean) => {
    const last = current(day);
    if (!atPeriodEnd || !last || last.through <= day) payments.length = 0;
    for (const payment of payments) payment.ends = payment.through;
  };

  const apply = (event: SubscriptionEvent) => {
    if (event.kind === 'payment') pay(event.day, event.transaction, event.plan);
    else if (event.kind === 'refund') giveBack(event.transaction, event.currency, millionths(event.amount));
    else if (event.kind === 'canceled') cancel(event.day, event.atPeriodEnd);
    else {
      const last = current(event.day);
      if (last) last.plan = event.plan;
    }
  };

  const changes: PlanChange[] = [];
  for (const [index, event] of events.entries()) {
    apply(event);
    const next = events[index + 1]?.day;
    if (next === event.day) continue;
    const now = current(event.day);
    changes.push({ day: event.day, plan: now?.plan ?? null });
    if (now && (next === undefined || now.ends < next)) changes.push({ day: now.ends, plan: null });
  }
  return changes;
}

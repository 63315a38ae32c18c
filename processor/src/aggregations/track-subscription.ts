import { addDays } from '@millrace/shared/time/zone-days';
import { dueDay, paidIntervals } from './due-days.js';
import type { Plan } from './plan-worth.js';
import type { YieldIfDue } from './yield-if-due.js';

/** `day` is in the site's time zone. */
export type SubscriptionEvent = { day: string } & (
  | { kind: 'payment'; transaction: string; plan: Plan }
  | { kind: 'refund'; transaction: string; currency: string; amount: string }
  | { kind: 'changed'; plan: Plan }
  | { kind: 'canceled'; atPeriodEnd: boolean }
);

/** The plan that counts from `day` on; null when the subscription has ended. */
export interface PlanChange {
  day: string;
  plan: Plan | null;
}

/** A subscription that has been paid. */
interface PaidSubscription {
  paid: Plan;
  /** The plan last paid for, or the one it was changed to since. */
  plan: Plan;
  anchor: string;
  /** Number of intervals paid since the anchor. */
  number: number;
  /** Canceled: ends when the next payment is due. */
  isCanceled: boolean;
  /** Cached due dates; may belong to an earlier `number`, and so be too early, until {@link termOf} refreshes it. */
  term: Term | undefined;
}

interface Term {
  number: number;
  /** The day on which the next payment is due. */
  through: string;
  /** The first day after the grace period; a canceled subscription ends at `through`. */
  ends: string;
}

type State = PaidSubscription | undefined;

/** Computed lazily: a long run of payments in advance needs no calendar. */
function termOf(state: PaidSubscription, graceDays: number): Term {
  if (state.term?.number === state.number) return state.term;
  const through = dueDay(state.anchor, state.paid, state.number);
  state.term = { number: state.number, through, ends: addDays(through, graceDays) };
  return state.term;
}

/** Whether the next payment is due after `day`; always true on the anchor. */
const isPaidBeyond = (state: PaidSubscription, day: string, graceDays: number) =>
  day <= state.anchor ||
  (state.term !== undefined && day < state.term.through) ||
  day < termOf(state, graceDays).through;

/** The first day on which the subscription no longer counts. */
const endOf = (state: PaidSubscription, graceDays: number) => {
  const { through, ends } = termOf(state, graceDays);
  return state.isCanceled ? through : ends;
};

function pay(before: State, day: string, plan: Plan, graceDays: number): PaidSubscription {
  const started = { paid: plan, plan, anchor: day, number: 1, isCanceled: false, term: undefined };
  if (before?.paid.interval !== plan.interval || before.paid.count !== plan.count) return started;
  const { anchor, number } = before;
  if (isPaidBeyond(before, day, graceDays)) {
    return { paid: plan, plan, anchor, number: number + 1, isCanceled: false, term: before.term };
  }
  if (day > endOf(before, graceDays)) return started;
  return { ...started, anchor, number: paidIntervals(anchor, plan, number, day) };
}

const cancel = (before: State, day: string, atPeriodEnd: boolean, graceDays: number): State =>
  before && atPeriodEnd && isPaidBeyond(before, day, graceDays) ? { ...before, isCanceled: true } : undefined;

const isCounted = (state: PaidSubscription, day: string, graceDays: number) =>
  isPaidBeyond(state, day, graceDays) || day < endOf(state, graceDays);

function apply(before: State, event: SubscriptionEvent, graceDays: number): State {
  if (event.kind === 'payment') return pay(before, event.day, event.plan, graceDays);
  if (event.kind === 'canceled') return cancel(before, event.day, event.atPeriodEnd, graceDays);
  if (event.kind === 'refund' || before === undefined || !isCounted(before, event.day, graceDays)) return before;
  const { paid, anchor, number, isCanceled, term } = before;
  return { paid, plan: event.plan, anchor, number, isCanceled, term };
}

/** Amounts have at most six decimal places. */
const millionths = (amount: string) => {
  const [whole, fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(6, '0'));
};

/** Returns a function that takes events in order and returns the index of a payment once refunds cover it. */
function createRefunds() {
  const payments = new Map<string, { index: number; price: bigint }>();
  const totals = new Map<string, bigint>();
  return (event: SubscriptionEvent, index: number): number | undefined => {
    if (event.kind !== 'payment' && event.kind !== 'refund') return undefined;
    const { currency, amount } = event.kind === 'payment' ? event.plan : event;
    const key = JSON.stringify([event.transaction, currency]);
    if (event.kind === 'payment') payments.set(key, { index, price: millionths(amount) });
    else totals.set(key, (totals.get(key) ?? 0n) + millionths(amount));
    const payment = payments.get(key);
    const total = totals.get(key) ?? 0n;
    return payment && total > 0n && total >= payment.price ? payment.index : undefined;
  };
}

/**
 * Returns the days on which the plan of a subscription changes, ascending. Events must be in order.
 *
 * - Each payment pays for one interval. The first interval starts on the day of the payment, the anchor. While the subscription
 *   counts, each further payment pays through the first due day of that anchor that lies after both the paid time and the
 *   payment itself. So the k-th payment pays through anchor + k intervals, however early it is made: payments on 15 and 16 June
 *   pay for two months, through 15 August.
 * - A subscription counts until its next payment is due, plus `graceDays`, the way
 *   https://docs.stripe.com/billing/subscriptions/analytics/glossary counts past-due subscriptions. A later payment starts a new
 *   anchor. So does a payment for a different interval, which replaces the paid time
 *   (https://docs.stripe.com/billing/subscriptions/billing-cycle: a change of interval moves the billing date).
 * - Its worth is that of the last payment, or of a later plan change. A plan change does not move the due day.
 * - A cancellation ends it at once, or when the next payment is due, without grace (the two ways to recognize churn in
 *   https://help.chartmogul.com/hc/en-us/articles/201244842). A payment resumes it: on the same anchor while the time paid
 *   before the cancellation lasts, otherwise on a new one.
 * - On the day on which refunds reach the price of a payment, in its currency, the payment is treated as if it had never been
 *   made, and its interval is taken back. A partial refund changes nothing.
 *
 * Events after a refunded payment are replayed, once for each day with such refunds.
 */
export async function trackSubscription(
  events: SubscriptionEvent[],
  graceDays: number,
  yieldIfDue: YieldIfDue,
): Promise<PlanChange[]> {
  const states: State[] = [];
  const refunded = new Set<number>();
  const findRefunded = createRefunds();
  const changes: PlanChange[] = [];
  let staleFrom = 0;
  for (const [index, event] of events.entries()) {
    const { day } = event;
    const payment = findRefunded(event, index);
    if (payment !== undefined && !refunded.has(payment)) {
      refunded.add(payment);
      staleFrom = Math.min(staleFrom, payment);
    }
    const next = events[index + 1]?.day;
    if (next === day) continue;
    await yieldIfDue();
    for (let at = staleFrom; at <= index; at += 1) {
      const before = states[at - 1];
      states[at] = refunded.has(at) ? before : apply(before, events[at]!, graceDays);
    }
    staleFrom = index + 1;
    const state = states[index];
    const now = state && isCounted(state, day, graceDays) ? state : undefined;
    changes.push({ day, plan: now?.plan ?? null });
    const end = now && endOf(now, graceDays);
    if (end && (next === undefined || end < next)) changes.push({ day: end, plan: null });
  }
  return changes;
}

/** What a subscription is worth from day to day, by what happened to it. */
import { addDays } from '@millrace/shared/time/zone-days';
import { dueDay, payInterval } from './paid-through.js';
import type { Plan } from './plan-worth.js';
import type { TakeTurns } from './take-turns.js';

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

/** What is paid. */
interface Paid {
  paid: Plan;
  /** What was paid, or what it was changed to since. */
  plan: Plan;
  anchor: string;
  /** Intervals paid, counted from the anchor. */
  number: number;
  /** It ends when the next payment is due. */
  isCanceled: boolean;
  /** When the next payment is due; of an earlier number until {@link termOf} is asked, so earlier if anything. */
  term: Term | undefined;
}

interface Term {
  number: number;
  /** The day on which the next payment is due. */
  through: string;
  /** The first day on which it counts no more unless it is canceled. */
  ends: string;
}

type State = Paid | undefined;

/** Days are worked out only where they matter: many payments in advance take a look at no calendar. */
function termOf(state: Paid, graceDays: number): Term {
  if (state.term?.number === state.number) return state.term;
  const through = dueDay(state.anchor, state.paid, state.number);
  state.term = { number: state.number, through, ends: addDays(through, graceDays) };
  return state.term;
}

/** Whether the next payment is due later than on `day`: on the anchor it always is. */
const isPaidBeyond = (state: Paid, day: string, graceDays: number) =>
  day <= state.anchor ||
  (state.term !== undefined && day < state.term.through) ||
  day < termOf(state, graceDays).through;

/** The first day on which it counts no more. */
const endOf = (state: Paid, graceDays: number) => {
  const { through, ends } = termOf(state, graceDays);
  return state.isCanceled ? through : ends;
};

function pay(before: State, day: string, plan: Plan, graceDays: number): Paid {
  const begun = { paid: plan, plan, anchor: day, number: 1, isCanceled: false, term: undefined };
  if (before?.paid.interval !== plan.interval || before.paid.count !== plan.count) return begun;
  const { anchor, number } = before;
  if (isPaidBeyond(before, day, graceDays)) {
    return { paid: plan, plan, anchor, number: number + 1, isCanceled: false, term: before.term };
  }
  if (day > endOf(before, graceDays)) return begun;
  return { ...begun, anchor, number: payInterval(anchor, plan, number, day) };
}

const cancel = (before: State, day: string, atPeriodEnd: boolean, graceDays: number): State =>
  before && atPeriodEnd && isPaidBeyond(before, day, graceDays) ? { ...before, isCanceled: true } : undefined;

const isCounted = (state: Paid, day: string, graceDays: number) =>
  isPaidBeyond(state, day, graceDays) || day < endOf(state, graceDays);

function apply(before: State, event: SubscriptionEvent, graceDays: number): State {
  if (event.kind === 'payment') return pay(before, event.day, event.plan, graceDays);
  if (event.kind === 'canceled') return cancel(before, event.day, event.atPeriodEnd, graceDays);
  if (event.kind === 'refund' || before === undefined || !isCounted(before, event.day, graceDays)) return before;
  const { paid, anchor, number, isCanceled, term } = before;
  return { paid, plan: event.plan, anchor, number, isCanceled, term };
}

/** Both have at most six digits after the point. */
const millionths = (amount: string) => {
  const [whole, fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(6, '0'));
};

/** Collects payments and refunds, and finds which payment an event makes a refunded one. */
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
 * The days on which its worth changes, ascending.
 *
 * - Each payment pays one interval. The first begins on its day, the anchor; each further one, while the subscription counts,
 *   pays through the first due day of that anchor that is later than what was paid before and than the payment itself. So the
 *   k-th pays through anchor + k intervals, however early it comes: two on 15 and 16 June pay two months, through 15 August.
 * - It counts up to the day through which it is paid, and `graceDays` longer, as
 *   https://docs.stripe.com/billing/subscriptions/analytics/glossary counts subscriptions that are past due. A payment after
 *   that begins a new anchor, and so does one of another interval, which takes the place of what was paid before
 *   (https://docs.stripe.com/billing/subscriptions/billing-cycle: a change of interval moves the billing date).
 * - The last payment says what it is worth, or a change of plan since; a change does not move what is paid.
 * - Cancelling ends it at once, or when the next payment is due, without grace (the two ways to recognize churn of
 *   https://help.chartmogul.com/hc/en-us/articles/201244842). A payment resumes it: on the same anchor while what was paid
 *   before the cancellation still counts, otherwise on a new one.
 * - From the day on which refunds reach the price of a payment, in its currency, all is as if that payment had not been made:
 *   its interval is taken back. A refund in part changes nothing.
 *
 * What followed a refunded payment is gone through again, once for each day with such refunds.
 */
export async function followSubscription(
  events: SubscriptionEvent[],
  graceDays: number,
  takeTurns: TakeTurns,
): Promise<PlanChange[]> {
  const states: State[] = [];
  const refunded = new Set<number>();
  const findRefunded = createRefunds();
  const changes: PlanChange[] = [];
  let stale = 0;
  for (const [index, event] of events.entries()) {
    const { day } = event;
    const payment = findRefunded(event, index);
    if (payment !== undefined && !refunded.has(payment)) {
      refunded.add(payment);
      stale = Math.min(stale, payment);
    }
    const next = events[index + 1]?.day;
    if (next === day) continue;
    await takeTurns();
    for (let at = stale; at <= index; at += 1) {
      const before = states[at - 1];
      states[at] = refunded.has(at) ? before : apply(before, events[at]!, graceDays);
    }
    stale = index + 1;
    const state = states[index];
    const now = state && isCounted(state, day, graceDays) ? state : undefined;
    changes.push({ day, plan: now?.plan ?? null });
    const end = now && endOf(now, graceDays);
    if (end && (next === undefined || end < next)) changes.push({ day: end, plan: null });
  }
  return changes;
}

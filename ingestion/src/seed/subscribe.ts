/** A monthly subscription, from the first payment to its end. */
import { dayMs } from '@millrace/shared/time/durations';
import type { Random } from './create-random.js';
import { drawReference, wholeNumber } from './draw.js';
import type { Visit } from './open-visit.js';

const PROFILE = 'tea-box';
const AMOUNT = '19.00';
const LARGER_AMOUNT = '34.00';
/** Far longer than usual ranges. */
const MOST_MONTHS = 36;
const FAILED = 0.05;
const RETRY_AFTER_MS = 2 * dayMs;
const CHANGED = 0.15;
const CANCELED_EACH_MONTH = 0.12;

interface Subscription {
  id: string;
  startMs: number;
  /** Number of payments. */
  months: number;
  /** Payment at which the subscription is upgraded; may be after the last. */
  largerFrom: number;
}

/** The same day `months` later, or the last day of a shorter month. */
function addMonths(ms: number, months: number): number {
  const date = new Date(ms);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + months);
  // Date reads 31 November as 1 December.
  if (date.getUTCDate() !== day) date.setUTCDate(0);
  return date.getTime();
}

function drawSubscription(random: Random, startMs: number): Subscription {
  let months = 1;
  while (months < MOST_MONTHS && random() >= CANCELED_EACH_MONTH) months += 1;
  const largerFrom = random() < CHANGED ? wholeNumber(random, 1, 3) : MOST_MONTHS;
  return { id: drawReference(random, 'box'), startMs, months, largerFrom };
}

/** Adds the first payment and everything that follows. */
export function subscribe(visit: Visit): void {
  const { random, nowMs } = visit;
  const { currency } = visit.visitor;
  const { id: subscription_id, startMs, months, largerFrom } = drawSubscription(random, nowMs);
  const about = (properties: Record<string, unknown>) => ({ profile_id: PROFILE, properties });
  const planOf = (month: number) => {
    return { subscription_id, amount: month < largerFrom ? AMOUNT : LARGER_AMOUNT, currency, interval: 'month' };
  };
  const payment = (month: number, status: 'succeeded' | 'failed') =>
    about({ transaction_id: drawReference(random, 'order'), status, ...planOf(month) });
  visit.addEvent('payment', payment(0, 'succeeded'));
  for (let month = 1; month < months; month += 1) {
    const dueMs = addMonths(startMs, month);
    if (month === largerFrom) visit.addLaterEvent('subscription_changed', dueMs - dayMs, about(planOf(month)));
    const hasFailed = random() < FAILED;
    if (hasFailed) visit.addLaterEvent('payment', dueMs, payment(month, 'failed'));
    visit.addLaterEvent('payment', hasFailed ? dueMs + RETRY_AFTER_MS : dueMs, payment(month, 'succeeded'));
  }
  const endMs = addMonths(startMs, months);
  const canceledMs = endMs - wholeNumber(random, 1, 20) * dayMs;
  visit.addLaterEvent('subscription_canceled', canceledMs, about({ subscription_id, currency, ends: 'period_end' }));
}

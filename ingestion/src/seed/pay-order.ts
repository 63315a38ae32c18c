import { dayMs } from '@millrace/shared/time/durations';
import { drawReference, wholeNumber } from './draw.js';
import type { Visit } from './open-visit.js';

const HOUR_MS = 3_600_000;
const FAILED = 0.05;
const REFUNDED = 0.05;
const RETRY_AFTER_MS = 2_000;

const centsOf = (price: number) => Math.round(price * 100);

/** Pays for the cart, sometimes on the second attempt, and sometimes with a refund days later. */
export function payOrder(visit: Visit): void {
  const { random, visitor, cart } = visit;
  const [first] = cart;
  if (first === undefined) return;
  const profile_id = first.slug;
  const cents = cart.reduce((sum, { price }) => sum + centsOf(price), 0);
  const money = { amount: (cents / 100).toFixed(2), currency: visitor.currency };
  function pay(status: 'succeeded' | 'failed'): string {
    const transaction_id = drawReference(random, 'order');
    const properties = { transaction_id, ...money, status, items: cart.length };
    visit.addEvent('payment', { profile_id, properties });
    return transaction_id;
  }
  if (random() < FAILED) {
    pay('failed');
    visit.nowMs += RETRY_AFTER_MS;
  }
  const transaction_id = pay('succeeded');
  cart.length = 0;
  if (random() >= REFUNDED) return;
  const atMs = visit.nowMs + wholeNumber(random, 2, 12) * dayMs + wholeNumber(random, 0, 8 * HOUR_MS);
  const properties = { refund_id: drawReference(random, 'refund'), transaction_id, ...money };
  visit.addLaterEvent('refund', atMs, { profile_id, properties });
}

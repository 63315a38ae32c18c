/** Turns a site's payments and refunds into the revenue of every period, as a straightforward program does. */
import type { Pool } from '@millrace/shared/platform/postgres';
import {
  cents,
  groupBy,
  money,
  type PlainEvent,
  percent,
  periodEnd,
  periodStart,
  periodTypes,
  readEvents,
  upsert,
} from './plain-rows.js';

const dayMs = 86_400_000;

/** Cents a month of the subscriptions that run at `end`. */
function recurring(payments: PlainEvent[], end: Date): number {
  const last = new Map<string, PlainEvent>();
  for (const event of payments) {
    const { status, interval } = event.properties!;
    if (event.timestamp >= end || status !== 'succeeded' || !interval) continue;
    last.set(`${event.user_id} ${event.profile_id}`, event);
  }
  let worth = 0;
  for (const event of last.values()) {
    const paidUntil = new Date(event.timestamp);
    paidUntil.setUTCMonth(paidUntil.getUTCMonth() + 1);
    if (paidUntil >= end) worth += cents(event);
  }
  return worth;
}

function figuresOf(events: PlainEvent[], mrr: number) {
  const payments = events.filter(({ event_type }) => event_type === 'payment');
  const succeeded = payments.filter(({ properties }) => properties!.status === 'succeeded');
  const refunds = events.filter(({ event_type }) => event_type === 'refund');
  const sum = (list: PlainEvent[]) => list.reduce((total, event) => total + cents(event), 0);
  return {
    total_revenue: money(sum(succeeded) - sum(refunds)),
    payments: payments.length,
    succeeded: succeeded.length,
    success_rate: percent(succeeded.length, payments.length),
    refunds: refunds.length,
    refunded: money(sum(refunds)),
    mrr: money(mrr),
    arr: money(12 * mrr),
  };
}

export async function revenue(pool: Pool, siteId: string): Promise<void> {
  const now = new Date();
  const events = await readEvents(pool, siteId, ['payment', 'refund']);
  for (const [currency, ofCurrency] of groupBy(events, ({ properties }) => properties!.currency!)) {
    const payments = ofCurrency.filter(({ event_type }) => event_type === 'payment');
    for (const type of periodTypes) {
      const groups = groupBy(ofCurrency, ({ timestamp }) => periodStart(timestamp, type));
      const starts = new Set<string>();
      for (let at = events[0]!.timestamp.getTime(); at < now.getTime() + dayMs; at += dayMs) {
        starts.add(periodStart(new Date(Math.min(at, now.getTime())), type));
      }
      for (const period_start of starts) {
        const end = periodEnd(period_start, type);
        const mrr = recurring(payments, end < now ? end : now);
        const group = groups.get(period_start) ?? [];
        if (group.length === 0 && mrr === 0) continue;
        const key = { site_id: siteId, period_type: type, period_start, currency };
        await upsert(pool, 'revenue_aggregates', key, figuresOf(group, mrr));
      }
    }
  }
}

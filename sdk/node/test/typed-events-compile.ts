/** What compiles as an event, and what does not. Compiled by package.test.ts, never run. */
import type { Millrace, TypedEvent } from '../src/millrace.js';

declare const client: Millrace;
declare const anyType: string;
declare const anyTyped: TypedEvent;
declare const maybe: string | undefined;

export function accepted(): void {
  client.track({ event_type: 'view', path: '/pricing', user_id: maybe, referrer: null });
  client.track({ event_type: 'search', properties: { words: ['a'], deep: { any: true } } });
  client.track(anyTyped);
  client.track({ event_type: anyType, properties: { amount: {} } });
  client.track({ event_type: 'signup', user_id: 'ada' });
  client.track({ event_type: 'signup', user_id: 'ada', properties: { plan: 'pro' }, timestamp: new Date() });
  client.track({
    event_type: 'payment',
    properties: { transaction_id: 't1', amount: '12.50', currency: 'EUR', status: 'succeeded', coupon: 'X' },
  });
  client.track({
    event_type: 'payment',
    properties: {
      transaction_id: 't2',
      amount: 12.5,
      currency: 'EUR',
      status: 'failed',
      interval: 'month',
      interval_count: 3,
      subscription_id: 's1',
    },
  });
  client.track({
    event_type: 'refund',
    properties: { transaction_id: 't1', amount: 1, currency: 'EUR', refund_id: null },
  });
  client.track({ event_type: 'revenue', profile_id: 'p', properties: { amount: '-0.10', currency: 'USD' } });
  client.track({ event_type: 'cost', properties: { category: 'ai', feature: 'chat', amount: 1, currency: 'USD' } });
  client.track({
    event_type: 'subscription_changed',
    properties: { amount: 9, currency: 'EUR', interval: 'month', subscription_id: 's1' },
  });
  client.track({
    event_type: 'subscription_changed',
    user_id: 'ada',
    properties: { amount: 9, currency: 'EUR', interval: 'month' },
  });
  client.track({ event_type: 'subscription_canceled', properties: { subscription_id: 's1', ends: 'period_end' } });
  client.track({ event_type: 'subscription_canceled', user_id: 'ada' });
  client.track({ event_type: 'tournament_created', properties: { tournament_id: 'c1', format: 'swiss', players: 8 } });
  client.track({
    event_type: 'tournament_completed',
    properties: { tournament_id: 'c1', format: 'swiss', players: 8, duration_minutes: 90, revenue: 5, currency: 'EUR' },
  });
  client.track({
    event_type: 'tournament_completed',
    properties: { tournament_id: 'c1', format: 'swiss', players: 8, duration_minutes: 90 },
  });
}

export function refused(): void {
  // @ts-expect-error event_type is required
  client.track({ path: '/' });
  // @ts-expect-error no such field
  client.track({ event_type: 'view', pathname: '/' });
  // @ts-expect-error a signup requires user_id
  client.track({ event_type: 'signup' });
  // @ts-expect-error a payment requires properties
  client.track({ event_type: 'payment' });
  // @ts-expect-error currency is missing
  client.track({ event_type: 'payment', properties: { transaction_id: 't', amount: 1, status: 'failed' } });
  client.track({
    event_type: 'payment',
    // @ts-expect-error invalid status
    properties: { transaction_id: 't', amount: 1, currency: 'EUR', status: 'pending' },
  });
  client.track({
    event_type: 'payment',
    // @ts-expect-error a payment of a subscription requires an interval
    properties: { transaction_id: 't', amount: 1, currency: 'EUR', status: 'failed', subscription_id: 's' },
  });
  // @ts-expect-error amount is missing
  client.track({ event_type: 'refund', properties: { transaction_id: 't', currency: 'EUR' } });
  // @ts-expect-error an amount is a string or a number
  client.track({ event_type: 'revenue', properties: { amount: true, currency: 'EUR' } });
  // @ts-expect-error feature is missing
  client.track({ event_type: 'cost', properties: { category: 'ai', amount: 1, currency: 'EUR' } });
  // @ts-expect-error neither subscription_id nor user_id
  client.track({ event_type: 'subscription_changed', properties: { amount: 1, currency: 'EUR', interval: 'month' } });
  client.track({
    event_type: 'subscription_changed',
    user_id: 'a',
    // @ts-expect-error invalid interval
    properties: { amount: 1, currency: 'EUR', interval: '' },
  });
  // @ts-expect-error neither subscription_id nor user_id
  client.track({ event_type: 'subscription_canceled' });
  // @ts-expect-error players is missing
  client.track({ event_type: 'tournament_created', properties: { tournament_id: 'c', format: 'swiss' } });
  client.track({
    event_type: 'tournament_completed',
    // @ts-expect-error revenue requires a currency
    properties: { tournament_id: 'c', format: 'swiss', players: 8, duration_minutes: 90, revenue: 5 },
  });
}

/** The type discriminates the union. */
export function amountOf(event: TypedEvent): string | number | undefined {
  if (event.event_type === 'payment') return event.properties.amount;
  // @ts-expect-error not every typed event has properties
  return event.properties.amount;
}

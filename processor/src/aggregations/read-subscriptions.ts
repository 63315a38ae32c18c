import { dayOf } from '@millrace/shared/time/zone-days';
import { readCursor } from '../read-cursor.js';
import type { AggregationContext } from './aggregation.js';
import type { PlanInterval } from './plan-worth.js';
import type { SubscriptionEvent } from './track-subscription.js';
import type { YieldIfDue } from './yield-if-due.js';

/**
 * A subscription is identified by its subscription_id; otherwise by user, profile and currency; without a user, each transaction
 * is its own subscription. Its customer is the user of its first payment, or the subscription itself. Only the first event of a
 * transaction or refund counts.
 */
const statement = `/* processor.readSubscriptions */
with first as (
  select * from (
    select *, row_number() over (partition by kind, counts_by order by timestamp, event_id) as number
    from money_events where site_id = $1 and kind <> 'failed') as numbered
  where number = 1 and case kind when 'refund' then transaction_id is not null when 'canceled' then true
    else plan_interval is not null end
), keyed as (
  select *, case
    when kind = 'refund' then null
    when subscription_id is not null then jsonb_build_array('id', subscription_id)
    when user_id is not null then jsonb_build_array('user', user_id, profile_id, currency)
    else jsonb_build_array('transaction', coalesce(transaction_id, event_id::text)) end::text as key
  from first
), grouped as (
  select *, case when kind <> 'refund' then key else first_value(key) over (
    partition by transaction_id order by kind = 'payment' desc, timestamp, event_id) end as subscription
  from keyed
)
select subscription, timestamp, kind, transaction_id as transaction, currency, amount::text as amount, plan_interval as interval,
  interval_count as count, at_period_end as "atPeriodEnd",
  first_value(case when user_id is null then subscription else jsonb_build_array('user', user_id)::text end) over (
    partition by subscription order by kind = 'payment' desc, timestamp, event_id) as customer
from grouped where subscription is not null order by customer, timestamp, event_id`;

interface Row {
  customer: string;
  subscription: string;
  timestamp: Date;
  kind: SubscriptionEvent['kind'];
  transaction: string;
  currency: string | null;
  amount: string;
  interval: PlanInterval;
  count: number;
  atPeriodEnd: boolean;
}

const rowsAtOnce = 5_000;

function eventOf(row: Row, zone: string): SubscriptionEvent {
  const { kind, transaction, amount, interval, count, atPeriodEnd } = row;
  const day = dayOf(row.timestamp, zone);
  const currency = row.currency ?? '';
  if (kind === 'canceled') return { kind, day, atPeriodEnd };
  if (kind === 'refund') return { kind, day, transaction, currency, amount };
  const plan = { amount, currency, interval, count };
  return kind === 'payment' ? { kind, day, transaction, plan } : { kind, day, plan };
}

/** A customer's subscriptions by key, and the keys of each user and profile, one per currency. */
interface Customer {
  subscriptions: Map<string, SubscriptionEvent[]>;
  keysOfPair: Map<string, string[]>;
}

const newCustomer = (): Customer => ({ subscriptions: new Map(), keysOfPair: new Map() });

/** User and profile, if they identify the subscription. */
function pairOf(key: string): string | undefined {
  const [how, user, profile] = JSON.parse(key) as (string | null)[];
  return how === 'user' ? JSON.stringify([user, profile]) : undefined;
}

function addSubscription({ subscriptions, keysOfPair }: Customer, key: string): SubscriptionEvent[] {
  const events: SubscriptionEvent[] = [];
  subscriptions.set(key, events);
  const pair = pairOf(key);
  if (pair === undefined) return events;
  const keys = keysOfPair.get(pair);
  if (keys) keys.push(key);
  else keysOfPair.set(pair, [key]);
  return events;
}

/** Of consecutive cancellations only the first, the first immediate one and the last matter; drops the others. */
function addEvent(events: SubscriptionEvent[], event: SubscriptionEvent): void {
  const [before, last] = [events.at(-2), events.at(-1)];
  const isBetween =
    event.kind === 'canceled' &&
    last?.kind === 'canceled' &&
    before?.kind === 'canceled' &&
    (last.atPeriodEnd || !before.atPeriodEnd);
  if (isBetween) events.pop();
  events.push(event);
}

/** A cancellation without subscription and currency cancels all currencies of its user and profile. */
function addRow(customer: Customer, row: Row, zone: string): void {
  const event = eventOf(row, zone);
  const pair = row.kind === 'canceled' && row.currency === null ? pairOf(row.subscription) : undefined;
  if (pair === undefined) {
    addEvent(customer.subscriptions.get(row.subscription) ?? addSubscription(customer, row.subscription), event);
    return;
  }
  for (const key of customer.keysOfPair.get(pair) ?? []) addEvent(customer.subscriptions.get(key)!, event);
}

/** Yields the subscriptions of one customer at a time, each as its events in order. Reads through a cursor on `site.client`. */
export async function* readSubscriptions(
  site: AggregationContext,
  yieldIfDue: YieldIfDue,
): AsyncGenerator<SubscriptionEvent[][]> {
  let id: string | undefined;
  let customer = newCustomer();
  for await (const row of readCursor<Row>(site.client, statement, [site.siteId], rowsAtOnce)) {
    if (row.customer !== id && id !== undefined) {
      yield [...customer.subscriptions.values()];
      customer = newCustomer();
    }
    id = row.customer;
    addRow(customer, row, site.timezone);
    await yieldIfDue();
  }
  yield [...customer.subscriptions.values()];
}

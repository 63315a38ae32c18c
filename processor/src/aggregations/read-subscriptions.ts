/** The subscriptions of a site, customer after customer. */
import { dayOf } from '@millrace/shared/zone-days';
import type { Aggregation } from './aggregation.js';
import type { SubscriptionEvent } from './follow-subscription.js';
import type { PlanInterval } from './plan-worth.js';

/**
 * A subscription is named by subscription_id, else it is what a user pays for a profile in a currency; without a user,
 * each transaction. Its customer is the user of its first payment, else itself. Of a transaction, and of a refund, the first
 * event counts.
 */
const statement = `/* processor.readSubscriptions */
declare subscriptions no scroll cursor for
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
), told as (
  select *, case when kind <> 'refund' then key else first_value(key) over (
    partition by transaction_id order by kind = 'payment' desc, timestamp, event_id) end as subscription
  from keyed
)
select subscription, timestamp, kind, transaction_id as transaction, currency, amount::text as amount, plan_interval as interval,
  interval_count as count, at_period_end as "atPeriodEnd",
  first_value(case when user_id is null then subscription else jsonb_build_array('user', user_id)::text end) over (
    partition by subscription order by kind = 'payment' desc, timestamp, event_id) as customer
from told where subscription is not null order by customer, timestamp, event_id`;

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

async function* readRows(site: Aggregation): AsyncGenerator<Row> {
  await site.client.query(statement, [site.siteId]);
  for (;;) {
    const { rows } = await site.client.query<Row>(
      `/* processor.readSubscriptions */ fetch ${rowsAtOnce} from subscriptions`,
    );
    yield* rows;
    if (rows.length < rowsAtOnce) break;
  }
  await site.client.query('/* processor.readSubscriptions */ close subscriptions');
}

function eventOf(row: Row, zone: string): SubscriptionEvent {
  const { kind, transaction, amount, interval, count, atPeriodEnd } = row;
  const day = dayOf(row.timestamp, zone);
  const currency = row.currency ?? '';
  if (kind === 'canceled') return { kind, day, atPeriodEnd };
  if (kind === 'refund') return { kind, day, transaction, currency, amount };
  const plan = { amount, currency, interval, count };
  return kind === 'payment' ? { kind, day, transaction, plan } : { kind, day, plan };
}

/** A cancellation that names neither a subscription nor a currency is one of all currencies of its user and profile. */
function subscriptionsOf(row: Row, known: Iterable<string>): string[] {
  const [how, user, profile, currency] = JSON.parse(row.subscription) as (string | null)[];
  if (row.kind !== 'canceled' || how !== 'user' || currency !== null) return [row.subscription];
  return [...known].filter((key) => {
    const [otherHow, otherUser, otherProfile] = JSON.parse(key) as (string | null)[];
    return otherHow === 'user' && otherUser === user && otherProfile === profile;
  });
}

/** The events of each subscription of a customer, customer after customer. Nothing else may be asked of the client meanwhile. */
export async function* readSubscriptions(site: Aggregation): AsyncGenerator<SubscriptionEvent[][]> {
  let customer: string | undefined;
  let subscriptions = new Map<string, SubscriptionEvent[]>();
  for await (const row of readRows(site)) {
    if (row.customer !== customer && customer !== undefined) {
      yield [...subscriptions.values()];
      subscriptions = new Map();
    }
    customer = row.customer;
    const event = eventOf(row, site.timezone);
    for (const key of subscriptionsOf(row, subscriptions.keys())) {
      const events = subscriptions.get(key) ?? [];
      events.push(event);
      subscriptions.set(key, events);
    }
  }
  yield [...subscriptions.values()];
}

/** Turns the payments and refunds of a site into the revenue of periods, per currency. */
import { type Aggregation, periodColumns, stillKnown } from './aggregation.js';
import { currencyOf, decimalOf, percent } from './money.js';
import type { Period } from './periods.js';

const statement = `/* processor.revenue */
with period as (
  select * from unnest($2::text[], $3::date[], $4::timestamptz[], $5::timestamptz[]) as p(type, start, starts, ends)
), money as materialized (
  select timestamp, event_id, event_type, ${currencyOf} as currency, ${decimalOf('amount')} as amount,
    properties->>'status' = 'succeeded' as is_paid,
    case properties->>'interval' when 'month' then 1 when 'year' then 12 end as months,
    coalesce('user ' || user_id, 'transaction ' || (properties->>'transaction_id'), event_id::text) as subscriber, profile_id
  from events
  where site_id = $1 and event_type in ('payment', 'refund') and timestamp < (select max(ends) from period)
    and timestamp >= (select min(starts) from period) - interval '367 days'
), total as (
  select type, start, currency,
    count(*) filter (where event_type = 'payment') as payments,
    count(*) filter (where event_type = 'payment' and is_paid) as succeeded,
    coalesce(sum(amount) filter (where event_type = 'payment' and is_paid), 0) as paid,
    count(*) filter (where event_type = 'refund') as refunds,
    coalesce(sum(amount) filter (where event_type = 'refund'), 0) as refunded
  from period join money on timestamp >= starts and timestamp < ends
  where currency is not null and amount is not null
  group by type, start, currency
), subscription as (
  select distinct on (type, start, currency, subscriber, profile_id) type, start, currency, amount / months as monthly,
    (timestamp at time zone $6 + make_interval(months => months)) at time zone $6 as paid_until, least(ends, $7) as until
  from period join money on timestamp < least(ends, $7) and timestamp >= least(ends, $7) - interval '367 days'
  where event_type = 'payment' and is_paid and months is not null and currency is not null and amount is not null
  order by type, start, currency, subscriber, profile_id, timestamp desc, event_id desc
), recurring as (
  select type, start, currency, round(sum(monthly), 6) as mrr from subscription where paid_until >= until group by type, start, currency
), computed as (
  select type, start, currency, coalesce(paid, 0) - coalesce(refunded, 0) as revenue, coalesce(payments, 0) as payments,
    coalesce(succeeded, 0) as succeeded, ${percent('succeeded', 'payments')} as success_rate,
    coalesce(refunds, 0) as refunds, coalesce(refunded, 0) as refunded, coalesce(mrr, 0) as mrr
  from total full join recurring using (type, start, currency)
), gone as (
  delete from revenue_aggregates r using period p
  where r.site_id = $1 and r.period_type = p.type and r.period_start = p.start
    and not exists (select from computed c where c.type = p.type and c.start = p.start and c.currency = r.currency)
)
insert into revenue_aggregates (site_id, period_type, period_start, currency, total_revenue, payments, succeeded, success_rate,
  refunds, refunded, mrr, arr, computed_at)
select $1, type, start, currency, revenue, payments, succeeded, success_rate, refunds, refunded, mrr, 12 * mrr, now() from computed
on conflict (site_id, period_type, period_start, currency) do update set
  total_revenue = excluded.total_revenue, payments = excluded.payments, succeeded = excluded.succeeded,
  success_rate = excluded.success_rate, refunds = excluded.refunds, refunded = excluded.refunded, mrr = excluded.mrr,
  arr = excluded.arr, computed_at = excluded.computed_at`;

/**
 * Replaces the rows of the periods; returns how many there are now. Per currency:
 *
 * - total revenue = successful payments - refunds, both of the period; success rate = succeeded / payments x 100.
 * - MRR (monthly recurring revenue) at the period's end, or now while it is under way = the monthly worth, amount or amount / 12,
 *   of each subscription whose last successful payment covers that moment: paid at + one interval >= end. A subscription is
 *   what one user pays for one profile; without a user, each transaction. ARR = 12 x MRR.
 *
 * Each event counts once, however often it was sent. Payments without a decimal amount and a currency are left out.
 */
export async function revenue(site: Aggregation, periods: Period[], now: Date): Promise<number> {
  const { rowCount } = await site.client.query(statement, [
    site.siteId,
    ...periodColumns(stillKnown(site, periods)),
    site.timezone,
    now,
  ]);
  return rowCount ?? 0;
}

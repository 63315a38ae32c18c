/** Turns the payments and refunds of a site into the revenue of periods, per currency. */
import { periodTypes } from '@millrace/shared/job-data';
import { addDays, dayOf } from '@millrace/shared/zone-days';
import { type Aggregation, inPeriods, periodColumns, periodTables, stillKnown } from './aggregation.js';
import { currencyOf, decimalOf, percent } from './money.js';
import { type Period, periodsOf } from './periods.js';

/** Days; no payment covers more: a leap year, and the hour by which clocks differ on its two ends. */
const longestCover = 367;

/**
 * MRR is asked for at `until`. A payment counts from when it is made until it covers no more or the next one of its subscriber
 * is made: its worth is added at the first `until` after that, taken away after the last, and summed up on the way.
 */
const statement = `/* processor.revenue */
with ${periodTables}, asked as materialized (
  select *, least(ends, $7) as until from period
), moments as materialized (
  select type, array_agg(until order by number) as untils from asked group by type
), money as materialized (
  select * from (
    select timestamp, event_id, event_type, ${currencyOf} as currency, ${decimalOf('amount')} as amount,
      event_type = 'payment' and properties->>'status' = 'succeeded' as is_paid,
      case properties->>'interval' when 'month' then 1 when 'year' then 12 end as months,
      coalesce('user ' || user_id, 'transaction ' || (properties->>'transaction_id'), event_id::text) as subscriber, profile_id
    from events
    where site_id = $1 and event_type in ('payment', 'refund') and timestamp < (select max(ends) from period)
      and timestamp >= (select min(until) from asked) - make_interval(days => $8)
  ) as event where currency is not null and amount is not null
), total as (
  select type, start, currency,
    count(*) filter (where event_type = 'payment') as payments,
    count(*) filter (where is_paid) as succeeded,
    coalesce(sum(amount) filter (where is_paid), 0) as paid,
    count(*) filter (where event_type = 'refund') as refunds,
    coalesce(sum(amount) filter (where event_type = 'refund'), 0) as refunded
  from ${inPeriods('money')}
  group by type, start, currency
), cover as (
  select currency, amount / months as monthly, timestamp as paid_at, least(
    (timestamp at time zone $6 + make_interval(months => months)) at time zone $6,
    lead(timestamp) over (partition by currency, subscriber, profile_id order by timestamp, event_id)) as paid_until
  from money where is_paid and months is not null
), counted as (
  select type, currency, monthly, width_bucket(paid_at, untils) + 1 as first, width_bucket(paid_until, untils) as last
  from cover cross join moments
), change as (
  select type, currency, number, sum(change) as paying, sum(change * monthly) as monthly
  from counted cross join lateral (values (first, 1), (last + 1, -1)) as c(number, change)
  where first <= last group by 1, 2, 3
), running as (
  select type, start, until, currency, sum(paying) over course as paying, sum(monthly) over course as monthly
  from asked join (select distinct type, currency from change) as paid using (type) left join change using (type, currency, number)
  window course as (partition by type, currency order by number)
), kept as (
  select p.type, p.start, r.currency, r.mrr from asked p
  join revenue_aggregates r on r.site_id = $1 and r.period_type = p.type and r.period_start = p.start
  where r.mrr > 0 and p.until < $9::timestamptz + make_interval(days => $8)
), recurring as (
  select type, start, currency, coalesce(kept.mrr, round(running.monthly, 6)) as mrr
  from (select * from running where paying > 0) as running full join kept using (type, start, currency)
), computed as (
  select type, start, currency, coalesce(paid, 0) - coalesce(refunded, 0) as revenue, coalesce(payments, 0) as payments,
    coalesce(succeeded, 0) as succeeded, ${percent('succeeded', 'payments')} as success_rate,
    coalesce(refunds, 0) as refunds, coalesce(refunded, 0) as refunded, coalesce(mrr, 0) as mrr
  from total full join recurring using (type, start, currency)
), gone as (
  delete from revenue_aggregates r using period p
  where r.site_id = $1 and r.period_type = p.type and r.period_start = p.start
    and not exists (select 1 from computed c where c.type = p.type and c.start = p.start and c.currency = r.currency)
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
 * Each event counts once, however often it was sent. Payments without a decimal amount and a currency are left out. MRR that
 * payments before the first raw event may be part of stays as it was counted.
 */
export async function revenue(site: Aggregation, periods: Period[], now: Date): Promise<number> {
  const { rowCount } = await site.client.query(statement, [
    site.siteId,
    ...periodColumns(stillKnown(site, periods)),
    site.timezone,
    now,
    longestCover,
    site.rawSince ?? '-infinity',
  ]);
  return rowCount ?? 0;
}

/** Replaces the rows of all periods that events of `days`, ascending, are part of: of those too whose end their payments cover. */
export async function touchedRevenue(site: Aggregation, days: string[], now: Date): Promise<number> {
  const today = dayOf(now, site.timezone);
  const covered = new Set(days);
  let day = '';
  for (const touched of days) {
    const last = addDays(touched, longestCover);
    if (day < touched) day = touched;
    for (; day <= last && day <= today; day = addDays(day, 1)) covered.add(day);
  }
  const periods = periodTypes.flatMap((type) => periodsOf(covered, type, site.timezone));
  return revenue(site, periods, now);
}

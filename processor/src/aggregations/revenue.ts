/** Revenue per period and currency: payments and recurring revenue. */
import { percent } from '@millrace/shared/contract/money-sql';
import { dayOf } from '@millrace/shared/time/zone-days';
import {
  type AggregationContext,
  inPeriods,
  periodColumns,
  periodTables,
  withCompleteRawEvents,
} from './aggregation.js';
import type { Period } from './periods.js';

const kinds = ['new', 'expansion', 'contraction', 'churned', 'reactivated'] as const;

const movedIn = (kind: string, sum: string) => `coalesce(sum(${sum}) filter (where is_inside and kind = '${kind}'), 0)`;

/**
 * Each movement is assigned to the last listed period that starts before it. If that period was already over, the movement only
 * counts in the opening of the next one.
 */
const statement = `/* processor.revenue */
with ${periodTables}, money as materialized (
  select m.* from money_events m
  where m.site_id = $1 and m.kind in ('payment', 'failed', 'refund')
    and m.timestamp >= (select min(starts) from period) and m.timestamp < (select max(ends) from period)
    and not exists (
      select 1 from money_events earlier where earlier.site_id = $1 and earlier.kind = m.kind and earlier.counts_by = m.counts_by
        and (earlier.timestamp, earlier.event_id) < (m.timestamp, m.event_id))
), total as (
  select type, start, currency,
    count(*) filter (where kind <> 'refund') as payments,
    count(*) filter (where kind = 'payment') as succeeded,
    coalesce(sum(amount) filter (where kind = 'payment'), 0) as paid,
    count(*) filter (where kind = 'refund') as refunds,
    coalesce(sum(amount) filter (where kind = 'refund'), 0) as refunded
  from ${inPeriods('money')}
  group by type, start, currency
), listed as materialized (
  select *, least($6::date + 1, (start + case type when 'quarter' then interval '3 months' else ('1 ' || type)::interval end)::date)
    as until
  from period where start <= $6::date
), moved as materialized (
  select scale.type, m.currency, width_bucket(m.day, days) as number, m.day, m.kind, m.monthly, m.annual
  from mrr_movements m cross join scale where m.site_id = $1 and m.day <= $6::date
), course as (
  select type, currency, number, sum(monthly) as monthly, sum(annual) as annual,
    ${kinds.map((kind) => `${movedIn(kind, 'monthly')} as ${kind}`).join(', ')},
    coalesce(sum(monthly) filter (where is_inside), 0) as net_monthly, coalesce(sum(annual) filter (where is_inside), 0) as net_annual,
    coalesce(-sum(annual) filter (where is_inside and kind in ('churned', 'contraction')), 0) as lost,
    coalesce(sum(annual) filter (where is_inside and kind <> 'new'), 0) as net_of_old, bool_or(is_inside) as has_moved
  from (
    select moved.*, coalesce(day < until, false) as is_inside from moved left join listed using (type, number)) as placed
  group by type, currency, number
), dense as (
  select type, number, start, currency from listed join (select distinct type, currency from moved) as seen using (type)
  union all select distinct type, 0, null::date, currency from moved
), running as (
  select type, start, currency, net_monthly, net_annual, lost, net_of_old, has_moved, ${kinds.map((kind) => `course.${kind}`).join(', ')},
    coalesce(sum(monthly) over earlier, 0) as opening, coalesce(sum(annual) over earlier, 0) as annual_opening
  from dense left join course using (type, currency, number)
  window earlier as (partition by type, currency order by number rows between unbounded preceding and 1 preceding)
), recurring as (
  select type, start, currency, opening, opening + coalesce(net_monthly, 0) as mrr, annual_opening + coalesce(net_annual, 0) as arr,
    ${kinds.map((kind) => `coalesce(${kind}, 0) as ${kind}`).join(', ')},
    ${percent('coalesce(lost, 0)', 'annual_opening')} as churn_rate,
    ${percent('(annual_opening + coalesce(net_of_old, 0))', 'annual_opening')} as net_retention
  from running where start is not null and (opening <> 0 or has_moved)
), computed as (
  select type, start, currency, coalesce(paid, 0) - coalesce(refunded, 0) as revenue, coalesce(payments, 0) as payments,
    coalesce(succeeded, 0) as succeeded, ${percent('succeeded', 'payments')} as success_rate,
    coalesce(refunds, 0) as refunds, coalesce(refunded, 0) as refunded, trim_scale(coalesce(mrr, 0)) as mrr,
    trim_scale(coalesce(arr, 0)) as arr, trim_scale(coalesce(opening, 0)) as opening,
    ${kinds.map((kind) => `trim_scale(coalesce(${kind}, 0)) as ${kind}`).join(', ')}, churn_rate, net_retention
  from total full join recurring using (type, start, currency)
), gone as (
  delete from revenue_aggregates r using period p
  where r.site_id = $1 and r.period_type = p.type and r.period_start = p.start
    and not exists (select 1 from computed c where c.type = p.type and c.start = p.start and c.currency = r.currency)
)
insert into revenue_aggregates (site_id, period_type, period_start, currency, total_revenue, payments, succeeded, success_rate,
  refunds, refunded, mrr, arr, mrr_opening, ${kinds.map((kind) => `mrr_${kind}`).join(', ')}, churn_rate, net_retention, computed_at)
select $1, computed.*, now() from computed
on conflict (site_id, period_type, period_start, currency) do update set
  total_revenue = excluded.total_revenue, payments = excluded.payments, succeeded = excluded.succeeded,
  success_rate = excluded.success_rate, refunds = excluded.refunds, refunded = excluded.refunded, mrr = excluded.mrr,
  arr = excluded.arr, mrr_opening = excluded.mrr_opening, ${kinds.map((kind) => `mrr_${kind} = excluded.mrr_${kind}`).join(', ')},
  churn_rate = excluded.churn_rate, net_retention = excluded.net_retention, computed_at = excluded.computed_at`;

/**
 * Replaces the rows of the periods from money_events and mrr_movements; returns how many rows were written. Per currency, in
 * exact decimals:
 *
 * - total revenue = successful payments - refunds, both of the period; success rate = succeeded / payments x 100. Each
 *   successful transaction, refund and failed attempt counts once, where it came first.
 * - MRR (monthly recurring revenue) = the monthly worth of every subscription at the end of the period's last day, or of
 *   today in the current period; ARR = 12 x MRR, summed separately so that no digit of an annual price is lost. See
 *   trackSubscription for what counts, and planWorth for how much.
 * - opening + new + expansion + contraction + churned + reactivated = MRR; contraction and churned are negative. See mrrMovements.
 * - churn rate = (churned + contraction) / opening x 100, the gross MRR churn rate of
 *   https://help.chartmogul.com/hc/en-us/articles/203359341-Metric-MRR-Churn-Rate.
 * - net retention = (opening + expansion + reactivated + contraction + churned) / opening x 100: 100 % minus the rate of
 *   https://help.chartmogul.com/hc/en-us/articles/4414075567250-Chart-Net-MRR-Churn-Rate.
 *
 * Payments without a decimal amount and a currency are left out. Periods with dropped raw events keep their rows.
 */
export async function revenue(site: AggregationContext, periods: Period[], now: Date): Promise<number> {
  const complete = withCompleteRawEvents(site, periods);
  if (complete.length === 0) return 0;
  const { rowCount } = await site.client.query(statement, [
    site.siteId,
    ...periodColumns(complete),
    dayOf(now, site.timezone),
  ]);
  return rowCount ?? 0;
}

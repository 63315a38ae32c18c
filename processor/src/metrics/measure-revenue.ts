import { cameEarlier, countsBy, currencyOf, decimalOf } from '@millrace/shared/contract/money-sql';
import type { MeasuredPeriod } from './measured-period.js';

const statement = `/* processor.measureRevenue */
with valid as (
  select *, row_number() over (partition by event_type, counts_by order by timestamp, event_id) as number from (
    select timestamp, event_id, event_type, ${countsBy} as counts_by, ${currencyOf} as currency, ${decimalOf('amount')} as amount
    from events
    where site_id = $1 and event_type in ('payment', 'refund') and timestamp >= $2 and timestamp < $4
      and (event_type = 'refund' or properties->>'status' = 'succeeded')) as event
  where currency is not null and amount is not null
), money as (
  select currency, timestamp >= $3 as is_now, case event_type when 'refund' then -amount else amount end as amount
  from valid where number = 1 and not ${cameEarlier('valid')}
), total as (
  select currency, coalesce(sum(amount) filter (where is_now), 0) as now, coalesce(sum(amount) filter (where not is_now), 0) as before
  from money group by currency
)
select coalesce(jsonb_object_agg(currency, jsonb_build_object('total', now::text, 'previous', before::text,
  'change_percent', round((now - before) * 100 / nullif(abs(before), 0), 4))), '{}') as figures from total`;

/** Each transaction and refund counts once, where it came first. Totals are decimals as text, net of refunds; the change is in percent of the previous period, null if that was 0. */
export async function measureRevenue({ client, siteId, before, from, to }: MeasuredPeriod): Promise<object> {
  const { rows } = await client.query<{ figures: object }>(statement, [siteId, before, from, to]);
  return rows[0]!.figures;
}

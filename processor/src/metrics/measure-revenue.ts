/** Turns the payments and refunds of a site into the revenue of a period against that of the one before, per currency. */
import { currencyOf, decimalOf } from '../aggregations/money.js';
import type { MeasuredPeriod } from './measured-period.js';

const statement = `/* processor.measureRevenue */
with money as (
  select ${currencyOf} as currency, timestamp >= $3 as is_now,
    case event_type when 'refund' then -1 else 1 end * ${decimalOf('amount')} as amount
  from events
  where site_id = $1 and event_type in ('payment', 'refund') and timestamp >= $2 and timestamp < $4
    and (event_type = 'refund' or properties->>'status' = 'succeeded')
), total as (
  select currency, coalesce(sum(amount) filter (where is_now), 0) as now, coalesce(sum(amount) filter (where not is_now), 0) as before
  from money where currency is not null and amount is not null group by currency
)
select coalesce(jsonb_object_agg(currency, jsonb_build_object('total', now::text, 'previous', before::text,
  'change_percent', round((now - before) * 100 / nullif(abs(before), 0), 4))), '{}') as figures from total`;

/** Totals are net of refunds and decimals as text; the change is in percent of the period before, null when that had nothing. */
export async function measureRevenue({ client, siteId, before, from, to }: MeasuredPeriod): Promise<object> {
  const { rows } = await client.query<{ figures: object }>(statement, [siteId, before, from, to]);
  return rows[0]!.figures;
}

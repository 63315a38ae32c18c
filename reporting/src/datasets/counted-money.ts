/** Decides which payments and refunds count: only the first with each id, however far apart repeats arrive. */
import { countsBy, currencyOf, decimalOf } from '@millrace/shared/contract/money-sql';
import type { IndexedType } from '../query/reading-cost.js';

export const moneyTypes: IndexedType[] = ['payment', 'refund'];

/** Values of money_events.kind. */
const kindOf = `case when event_type = 'payment' and properties->>'status' = 'succeeded' then 'payment'
  when event_type = 'payment' then 'failed' else 'refund' end`;

/** Every failed attempt counts. */
const onceBy = `case when event_type = 'payment' and coalesce(properties->>'status', '') <> 'succeeded' then event_id::text
  else ${countsBy} end`;

/** Whether an event satisfies the rules of the table money_events. */
const isMoney = `(coalesce(${decimalOf('amount')} >= 0, false) and ${currencyOf} is not null
  and (event_type = 'refund' or coalesce(properties->>'status' in ('succeeded', 'failed'), false)))`;

const markedTypes = `array['payment', 'refund', 'subscription_changed', 'subscription_canceled']`;

/**
 * Common table expressions for {@link isCounted}; `$1` is the site. The table money_events has the first event of each id. For ranges that
 * changed since it was computed (`open`), or everything if it never was, raw events are used instead (`fresh`). `repeats` are events of
 * both kinds that repeat a fresh one.
 */
export const moneyTables = `kept as materialized (
  select coalesce((select revenue_at = aggregated_at and timezone <> 'unfinished' from site_aggregations where site_id = $1), false) as is_kept
), open as materialized (
  select interval_start as starts, interval_start + interval '15 minutes' as ends from (
    select interval_start from rollup_marks where site_id = $1
    union
    select interval_start from aggregation_marks where site_id = $1
      and (table_name = 'revenue_aggregates' or (table_name is null and (event_types is null or event_types && ${markedTypes})))
  ) as marked where (select is_kept from kept)
  union all
  select coalesce((select since from raw_horizon), '-infinity'), 'infinity' where not (select is_kept from kept)
), fresh as materialized (
  select found.*, row_number() over (partition by kind, counts_by order by timestamp, event_id) as number
  from open cross join lateral (
    select ${kindOf} as kind, ${onceBy} as counts_by, timestamp, event_id from events
    where site_id = $1 and event_type in ('payment', 'refund') and timestamp >= open.starts and timestamp < open.ends and ${isMoney}
    offset 0
  ) as found
), repeats as materialized (
  select timestamp, event_id from fresh where number > 1
  union all
  select later.timestamp, later.event_id from fresh join money_events later
    on later.site_id = $1 and later.kind = fresh.kind and later.counts_by = fresh.counts_by
      and (later.timestamp, later.event_id) > (fresh.timestamp, fresh.event_id)
  where fresh.number = 1
)`;

/** The from clause for payment and refund events as `event`, with what {@link isCounted} needs. `where` is a condition on events. */
export const moneyEvents = (where: string) =>
  `(select *, ${kindOf} as money_kind, ${onceBy} as counts_by from events where ${where}) as event`;

/** Whether an `event` is valid and the first with its id. */
export const isCounted = `(${isMoney} and (timestamp, event_id) not in (select timestamp, event_id from repeats)
  and not exists (
    select 1 from money_events earlier
    where earlier.site_id = $1 and earlier.kind = event.money_kind and earlier.counts_by = event.counts_by
      and (earlier.timestamp, earlier.event_id) < (event.timestamp, event.event_id)
      and not exists (select 1 from open where earlier.timestamp >= open.starts and earlier.timestamp < open.ends)))`;

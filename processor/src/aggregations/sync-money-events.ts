import { currencyOf, decimalOf, isAbsent, nameOf } from '@millrace/shared/contract/money-sql';
import { intervalMs } from '@millrace/shared/contract/rollups';
import { dayMs } from '@millrace/shared/time/durations';

import type { AggregationContext } from './aggregation.js';

/** `[from, to)` */
export interface TimeRange {
  from: Date;
  to: Date;
}

const isOneOf = (property: string, ...values: string[]) =>
  `properties->>'${property}' in (${values.map((value) => `'${value}'`).join(', ')})`;

/** A number from 1 to 366. */
const count = `jsonb_typeof(properties->'interval_count') = 'number'
  and properties->>'interval_count' ~ '^([1-9]\\d?|[12]\\d\\d|3[0-5]\\d|36[0-6])$'`;

const columns = (types: string) => `
  select timestamp, event_id, event_type, user_id, profile_id, properties, ${currencyOf} as currency,
    ${decimalOf('amount')} as amount, ${nameOf('transaction_id')} as transaction_id, ${nameOf('refund_id')} as refund_id,
    ${nameOf('subscription_id')} as subscription_id,
    case when ${count} then (properties->>'interval_count')::int when ${isAbsent('interval_count')} then 1 end as interval_count
  from range join events on timestamp >= starts and timestamp < ends
  where site_id = $1 and event_type in (${types})`;

/**
 * Stored events may be older than the validation rules of their type. A payment or refund without a valid amount, currency or
 * status is left out, and so is an invalid plan change or cancellation. A payment with an invalid interval or subscription counts
 * as one-time revenue.
 */
const isMoney = `case event_type
  when 'payment' then amount >= 0 and currency is not null and ${isOneOf('status', 'succeeded', 'failed')}
  when 'refund' then amount >= 0 and currency is not null
  when 'subscription_changed' then amount >= 0 and currency is not null and plan_interval is not null
    and coalesce(subscription_id, user_id) is not null
  else is_named and coalesce(subscription_id, user_id) is not null and (currency is not null or ${isAbsent('currency')})
    and (${isOneOf('ends', 'now', 'period_end')} or ${isAbsent('ends')}) end`;

/** Events never change, so rows are only added and deleted. */
const statement = `/* processor.syncMoneyEvents */
with range as materialized (
  select * from unnest($2::timestamptz[], $3::timestamptz[]) as s(starts, ends)
), found as materialized (
  ${columns(`'payment', 'refund'`)} union all ${columns(`'subscription_changed', 'subscription_canceled'`)}
), parsed as materialized (
  select *, case when ${isOneOf('interval', 'day', 'week', 'month', 'quarter', 'year')} and interval_count is not null and is_named
    then properties->>'interval' end as plan_interval
  from (select *, subscription_id is not null or ${isAbsent('subscription_id')} as is_named from found) as checked
), typed as materialized (
  select timestamp, event_id, transaction_id, subscription_id, user_id, profile_id, currency, amount, case event_type
      when 'payment' then case when properties->>'status' = 'succeeded' then 'payment' else 'failed' end
      when 'refund' then 'refund' when 'subscription_changed' then 'changed' else 'canceled' end as kind,
    plan_interval, coalesce(interval_count, 1) as interval_count,
    coalesce(properties->>'ends', '') = 'period_end' as at_period_end, refund_id
  from parsed where ${isMoney}
), gone as (
  delete from money_events m using range
  where m.site_id = $1 and m.timestamp >= starts and m.timestamp < ends
    and not exists (select 1 from typed t where t.timestamp = m.timestamp and t.event_id = m.event_id)
  returning kind, counts_by, timestamp
), added as (
  insert into money_events (site_id, timestamp, event_id, kind, counts_by, transaction_id, subscription_id, user_id, profile_id,
    currency, amount, plan_interval, interval_count, at_period_end)
  select $1, timestamp, event_id, kind, coalesce(case kind when 'payment' then transaction_id when 'refund' then refund_id end,
    event_id::text), transaction_id, subscription_id, user_id, profile_id, currency, amount, plan_interval, interval_count, at_period_end
  from typed on conflict do nothing returning kind, counts_by, timestamp
), changed as (
  select * from gone union all select * from added
)
select timestamp from changed
union select m.timestamp from money_events m
where m.site_id = $1 and (m.kind, m.counts_by) in (select kind, counts_by from changed)`;

/** Brings money_events in line with raw events; returns the timestamps of all rows affected, including duplicates of changed ones. */
export async function syncMoneyEvents(site: AggregationContext, ranges: TimeRange[]): Promise<Date[]> {
  if (ranges.length === 0) return [];
  const { rows } = await site.client.query<{ timestamp: Date }>(statement, [
    site.siteId,
    ranges.map(({ from }) => from),
    ranges.map(({ to }) => to),
  ]);
  return rows.map(({ timestamp }) => timestamp);
}

/** Merges 15-minute intervals less than a day apart into one range: rereading some events is cheaper than many lookups. */
export function mergeIntervals(intervals: Date[]): TimeRange[] {
  const ranges: TimeRange[] = [];
  for (const start of [...intervals].sort((one, other) => one.getTime() - other.getTime())) {
    const to = new Date(start.getTime() + intervalMs);
    const last = ranges.at(-1);
    if (last && start.getTime() - last.to.getTime() < dayMs) last.to = to;
    else ranges.push({ from: start, to });
  }
  return ranges;
}

/** Cuts time ranges off at `since`, before which raw events were dropped. */
export const clipRanges = (ranges: TimeRange[], since: Date | undefined): TimeRange[] =>
  since === undefined
    ? ranges
    : ranges.filter(({ to }) => to > since).map(({ from, to }) => ({ from: from < since ? since : from, to }));

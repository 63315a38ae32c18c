import { addDays, dayStart } from '@millrace/shared/time/zone-days';
import type { AggregationContext } from './aggregation.js';
import { type Movement, mrrMovements } from './mrr-movements.js';
import { decimalText } from './plan-worth.js';
import { readSubscriptions } from './read-subscriptions.js';
import { type PlanChange, trackSubscription } from './track-subscription.js';
import { createYield } from './yield-if-due.js';

/** The day itself, or the next one if the time zone skipped it. */
function existingDay(day: string, zone: string): string {
  for (let next = day; ; next = addDays(next, 1)) {
    if (dayStart(next, zone).getTime() < dayStart(addDays(next, 1), zone).getTime()) return next;
  }
}

async function sumMovements(site: AggregationContext, graceDays: number): Promise<Movement[]> {
  const sums = new Map<string, Movement>();
  const yieldIfDue = createYield();
  for await (const subscriptions of readSubscriptions(site, yieldIfDue)) {
    const changes: PlanChange[][] = [];
    for (const events of subscriptions) changes.push(await trackSubscription(events, graceDays, yieldIfDue));
    for (const movement of mrrMovements(changes)) {
      movement.day = existingDay(movement.day, site.timezone);
      const key = JSON.stringify([movement.currency, movement.day, movement.kind]);
      const sum = sums.get(key);
      if (sum === undefined) sums.set(key, movement);
      else {
        sum.monthly += movement.monthly;
        sum.annual += movement.annual;
      }
    }
  }
  return [...sums.values()];
}

/** Writes only rows that differ; returns the earliest day among them. */
const write = `/* processor.syncMovements */
with computed as materialized (
  select * from unnest($2::text[], $3::date[], $4::text[], $5::numeric[], $6::numeric[]) as m(currency, day, kind, monthly, annual)
), gone as (
  delete from mrr_movements m where m.site_id = $1
    and not exists (select 1 from computed c where c.currency = m.currency and c.day = m.day and c.kind = m.kind)
  returning day
), written as (
  insert into mrr_movements (site_id, currency, day, kind, monthly, annual) select $1, c.* from computed c
  where not exists (select 1 from mrr_movements m where m.site_id = $1 and m.currency = c.currency and m.day = c.day
    and m.kind = c.kind and m.monthly = c.monthly and m.annual = c.annual)
  on conflict (site_id, currency, day, kind) do update set monthly = excluded.monthly, annual = excluded.annual
  returning day
)
select min(day)::text as first from (select day from gone union all select day from written) as changed`;

/** Brings mrr_movements in line with money_events; returns the first day that changed. */
export async function syncMovements(site: AggregationContext, graceDays: number): Promise<string | undefined> {
  const movements = await sumMovements(site, graceDays);
  const { rows } = await site.client.query<{ first: string | null }>(write, [
    site.siteId,
    movements.map(({ currency }) => currency),
    movements.map(({ day }) => day),
    movements.map(({ kind }) => kind),
    movements.map(({ monthly }) => decimalText(monthly)),
    movements.map(({ annual }) => decimalText(annual)),
  ]);
  return rows[0]!.first ?? undefined;
}

import type { Pool } from '@millrace/shared/platform/postgres';

const statement = `/* processor.activeSites */
select site_id as "siteId" from sites
where exists (select 1 from events where events.site_id = sites.site_id and timestamp > $1::timestamptz - interval '400 days')
  or exists (select 1 from aggregation_marks m where m.site_id = sites.site_id)
  or exists (select 1 from mrr_movements m where m.site_id = sites.site_id and m.day > ($1::timestamptz - interval '3 days')::date)
  or exists (select 1 from site_aggregations a where a.site_id = sites.site_id and a.revenue_at is distinct from a.aggregated_at)
order by site_id`;

/** Sites with events in the last 400 days, with aggregates to recompute (all sites after an upgrade), or with running subscriptions. */
export async function activeSites(pool: Pool, now: Date): Promise<string[]> {
  const { rows } = await pool.query<{ siteId: string }>(statement, [now]);
  return rows.map(({ siteId }) => siteId);
}

/** Turns the table of sites into those that a job for all sites is for. */
import type { Pool } from '@millrace/shared/postgres';

const statement = `/* processor.activeSites */
select site_id as "siteId" from sites
where exists (select 1 from events where events.site_id = sites.site_id and timestamp > $1::timestamptz - interval '400 days')
  or exists (select 1 from aggregation_marks m where m.site_id = sites.site_id)
order by site_id`;

/** Sites with events of the last 400 days (a yearly subscription and a month), or with something to compute anew. */
export async function activeSites(pool: Pool, now: Date): Promise<string[]> {
  const { rows } = await pool.query<{ siteId: string }>(statement, [now]);
  return rows.map(({ siteId }) => siteId);
}

/** Finds the sites whose statistics are likely to be requested next. */
import type { Pool } from '@millrace/shared/platform/postgres';

const statement = `/* reporting.recentSites */
select site_id as "siteId" from sites where exists (
  select 1 from events where events.site_id = sites.site_id
    and timestamp > $1::timestamptz - interval '1 day' and timestamp <= $1)
order by site_id <= coalesce($2, ''), site_id`;

/** Sites with events in the day before `now`, ordered by id, starting after `lastSite`. */
export async function recentSites(pool: Pool, now: Date, lastSite: string | null = null): Promise<string[]> {
  const { rows } = await pool.query<{ siteId: string }>(statement, [now, lastSite]);
  return rows.map(({ siteId }) => siteId);
}

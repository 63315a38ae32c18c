/** Turns table sites into those whose statistics somebody is likely to ask for next. */
import type { Pool } from '@millrace/shared/postgres';

const statement = `/* reporting.recentSites */
select site_id as "siteId" from sites cross join lateral (
  select timestamp from events where events.site_id = sites.site_id
    and timestamp > $1::timestamptz - interval '1 day' and timestamp <= $1 order by timestamp desc limit 1) as last
order by last.timestamp desc, site_id limit $2`;

/** At most `limit` sites with events in the day before `now`, the latest first. */
export async function recentSites(pool: Pool, now: Date, limit: number): Promise<string[]> {
  const { rows } = await pool.query<{ siteId: string }>(statement, [now, limit]);
  return rows.map(({ siteId }) => siteId);
}

/** After a site's time zone has changed, marks all its days to be recomputed in the new one. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { ClaimedSite } from './claim-site.js';
import { siteTimezone } from './find-sites.js';
import { markDaysOf } from './roll-intervals.js';

const forgetDays = `/* processor.forgetDays */
with marks as (delete from rollup_day_marks where site_id = $1)
delete from rollup_days where site_id = $1 and dimension = 'all'`;

const rolledIntervals = `/* processor.rolledIntervals */
select interval_start as "start" from rollup_15m where site_id = $1 and dimension = 'all' and event_type = '' order by 1`;

/** False if the time zone is unchanged. Queries read intervals until the days are recomputed. */
export async function applyTimezone(client: PoolClient, site: ClaimedSite): Promise<boolean> {
  const timezone = (await siteTimezone(client, site.siteId)) ?? site.timezone;
  if (timezone === site.timezone) return false;
  await client.query(forgetDays, [site.siteId]);
  await client.query('/* processor.applyTimezone */ update site_rollups set timezone = $2 where site_id = $1', [
    site.siteId,
    timezone,
  ]);
  const { rows } = await client.query<{ start: Date }>(rolledIntervals, [site.siteId]);
  await markDaysOf(
    client,
    { ...site, timezone },
    rows.map(({ start }) => start),
  );
  return true;
}

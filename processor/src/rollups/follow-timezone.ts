/** Turns a site whose time zone was changed into one whose days are all to be computed anew, in the new zone. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { ClaimedSite } from './claim-site.js';
import { markDaysOf } from './roll-intervals.js';

const forgetDays = `/* processor.forgetDays */
with marks as (delete from rollup_day_marks where site_id = $1)
delete from rollup_days where site_id = $1 and dimension = 'all'`;

const rolledIntervals = `/* processor.rolledIntervals */
select interval_start as "start" from rollup_15m where site_id = $1 and dimension = 'all' and event_type = '' order by 1`;

/** Does nothing when the zone is the same. Readers use intervals until the days are there. */
export async function followTimezone(client: PoolClient, site: ClaimedSite): Promise<boolean> {
  const wanted = await client.query<{ timezone: string }>(
    '/* processor.siteTimezone */ select timezone from sites where site_id = $1',
    [site.siteId],
  );
  const timezone = wanted.rows[0]?.timezone ?? site.timezone;
  if (timezone === site.timezone) return false;
  await client.query(forgetDays, [site.siteId]);
  await client.query('/* processor.followTimezone */ update site_rollups set timezone = $2 where site_id = $1', [
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

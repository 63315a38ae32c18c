import type { Pool } from '@millrace/shared/platform/postgres';
import { dayOf, dayStart } from '@millrace/shared/time/zone-days';
import { formatCount } from '../format-count.js';
import { readRawHorizon } from '../rollups/raw-horizon.js';
import { verifySite } from '../verify/verify-site.js';
import { monthAfter, monthStart } from './partition-months.js';

interface Site {
  siteId: string;
  timezone: string;
}

/** Sites with events or rollups in the month: rollups without events are a difference, too. */
const sitesOf = `/* processor.sitesOfMonth */
select site_id as "siteId", coalesce(rolled.timezone, sites.timezone) as timezone
from sites left join site_rollups rolled using (site_id)
where exists (select 1 from events where events.site_id = sites.site_id and timestamp >= $1 and timestamp < $2)
  or exists (select 1 from rollup_15m r
    where r.site_id = sites.site_id and dimension = 'all' and interval_start >= $1 and interval_start < $2)
order by site_id`;

/** Compares every day of the site's time zone that overlaps the month, without what was dropped already. */
async function verify(pool: Pool, { siteId, timezone }: Site, from: Date, to: Date): Promise<string | undefined> {
  const firstDay = dayStart(dayOf(from, timezone), timezone);
  const since = (await readRawHorizon(pool))?.since;
  const start = since && since > firstDay ? since : firstDay;
  const lastDay = dayOf(new Date(to.getTime() - 1), timezone);
  // Segments are dropped together with the events.
  const range = { siteId, from: { instant: start }, to: { day: lastDay }, rollupsOnly: true };
  const { differences, markedIntervals, markedDays } = await verifySite(pool, range, () => {});
  if (differences > 0)
    return `site ${siteId} has ${formatCount(differences, 'difference')} between rollups and raw events`;
  if (markedIntervals > 0) return `site ${siteId} has ${formatCount(markedIntervals, 'interval')} not rolled up yet`;
  return markedDays > 0 ? `site ${siteId} has ${formatCount(markedDays, 'day')} not rolled up yet` : undefined;
}

/** Returns the first reason why the month must not be dropped yet. One snapshot per site. */
export async function verifyMonth(pool: Pool, month: string): Promise<string | undefined> {
  const [from, to] = [monthStart(month), monthStart(monthAfter(month))];
  const { rows } = await pool.query<Site>(sitesOf, [from, to]);
  for (const site of rows) {
    const problem = await verify(pool, site, from, to);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

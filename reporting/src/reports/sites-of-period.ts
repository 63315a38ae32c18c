import type { Pool } from '@millrace/shared/platform/postgres';
import { toTimeRange } from '../query-request/resolve-span.js';
import type { Days } from './report-period.js';

/** A site that gets a report. */
export interface SiteOfPeriod {
  siteId: string;
  /** The time zone of its days. */
  timezone: string;
  days: Days;
}

const zones = '/* reporting.zonesOfSites */ select distinct timezone from sites order by timezone';

const active = `/* reporting.sitesOfPeriod */
select site_id as "siteId" from sites
where erase_requested_at is null and ($1::text is null or timezone = $1) and (exists (
    select 1 from events where events.site_id = sites.site_id and timestamp >= $2 and timestamp < $3)
  or exists (select 1 from rollup_15m rolled where rolled.site_id = sites.site_id and dimension = 'all'
    and interval_start >= $2 and interval_start < $3))
order by site_id`;

async function activeSites(pool: Pool, ofZone: string | null, timezone: string, days: Days): Promise<SiteOfPeriod[]> {
  const { from, to } = toTimeRange({ kind: 'days', ...days }, timezone);
  const { rows } = await pool.query<{ siteId: string }>(active, [ofZone, from, to]);
  return rows.map(({ siteId }) => ({ siteId, timezone, days }));
}

/** All sites with events in the period, including those with only rollups left. `timezone` null means each site's own zone. */
export async function sitesOfPeriod(
  pool: Pool,
  timezone: string | null,
  daysIn: (timezone: string) => Days,
): Promise<SiteOfPeriod[]> {
  if (timezone !== null) return activeSites(pool, null, timezone, daysIn(timezone));
  const { rows } = await pool.query<{ timezone: string }>(zones);
  const found: SiteOfPeriod[] = [];
  for (const { timezone: zone } of rows) found.push(...(await activeSites(pool, zone, zone, daysIn(zone))));
  return found.sort((a, b) => (a.siteId < b.siteId ? -1 : 1));
}

const one = `/* reporting.siteOfPeriod */
select timezone from sites where site_id = $1 and erase_requested_at is null`;

/** The same for one site, with or without events. Empty if the site does not exist. */
export async function siteOfPeriod(
  pool: Pool,
  siteId: string,
  timezone: string | null,
  daysIn: (timezone: string) => Days,
): Promise<SiteOfPeriod[]> {
  const { rows } = await pool.query<{ timezone: string }>(one, [siteId]);
  return rows.map((site) => {
    const zone = timezone ?? site.timezone;
    return { siteId, timezone: zone, days: daysIn(zone) };
  });
}

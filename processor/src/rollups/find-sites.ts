/** Finds the sites that a job without a site is for. */
import { intervalMs, segmentsHeldSince } from '@millrace/shared/contract/rollups';
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import { hasDimensions } from './drop-dimensions.js';

/** The 14 hours cover the time zones ahead of UTC; a roll that finds nothing to do is cheap. */
const statement = `/* processor.findSites */
select sites.site_id as "siteId" from sites left join site_rollups rolled using (site_id)
where exists (select 1 from rollup_marks m where m.site_id = sites.site_id and m.interval_start < $1)
  or exists (select 1 from rollup_day_marks m where m.site_id = sites.site_id and m.day < (($2::timestamptz + interval '14 hours') at time zone 'UTC')::date)
  or sites.timezone <> rolled.timezone
  or (rolled.site_id is not null and ${segmentsHeldSince} is distinct from '-infinity')
  or rolled.segments_purge
  or ${hasDimensions}
  or sites.erase_requested_at is not null
order by sites.site_id`;

/** Sites with marked intervals that have ended, marked days, a changed time zone, missing segments, a purge or erasure to do, or rows of an earlier release. */
export async function sitesToRoll(pool: Pool, now: Date): Promise<string[]> {
  const closedBefore = new Date(Math.floor(now.getTime() / intervalMs) * intervalMs);
  const { rows } = await pool.query<{ siteId: string }>(statement, [closedBefore, now]);
  return rows.map(({ siteId }) => siteId);
}

export async function allSites(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ siteId: string }>(
    '/* processor.allSites */ select site_id as "siteId" from sites order by site_id',
  );
  return rows.map(({ siteId }) => siteId);
}

const findActive = `/* processor.activeSites */
select site_id as "siteId" from sites
where exists (select 1 from events where events.site_id = sites.site_id and timestamp > $1::timestamptz - interval '400 days')
  or exists (select 1 from aggregation_marks m where m.site_id = sites.site_id)
  or exists (select 1 from mrr_movements m where m.site_id = sites.site_id and m.day > ($1::timestamptz - interval '3 days')::date)
  or exists (select 1 from site_aggregations a where a.site_id = sites.site_id and a.revenue_at is distinct from a.aggregated_at)
order by site_id`;

/** Sites with events in the last 400 days, with aggregates to recompute (all sites after an upgrade), or with running subscriptions. */
export async function activeSites(pool: Pool, now: Date): Promise<string[]> {
  const { rows } = await pool.query<{ siteId: string }>(findActive, [now]);
  return rows.map(({ siteId }) => siteId);
}

/** Undefined for an unknown site. */
export async function siteTimezone(database: Pool | PoolClient, siteId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ timezone: string }>(
    '/* processor.siteTimezone */ select timezone from sites where site_id = $1',
    [siteId],
  );
  return rows[0]?.timezone;
}

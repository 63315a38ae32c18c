/** Turns a site whose time zone was changed into one whose days are all to be computed anew, in the new zone. */
import type { PoolClient } from '@millrace/shared/postgres';
import { addDays, dayOf, dayStart } from '@millrace/shared/zone-days';
import type { ClaimedSite } from './claim-site.js';
import { markDaysOf } from './roll-intervals.js';

/** Details of days whose raw events were dropped stay, though they are of days of the zone before: they are all there is. */
const forgetDays = `/* processor.forgetDays */
with marks as (delete from rollup_day_marks where site_id = $1)
delete from rollup_days where site_id = $1 and (dimension = 'all' or day >= coalesce($2::date, '-infinity'))`;

const rolledIntervals = `/* processor.rolledIntervals */
select interval_start as "start" from rollup_15m where site_id = $1 and dimension = 'all' and event_type = '' order by 1`;

/** The first day of `timezone` with all its raw events; null when none were ever dropped. */
function firstWholeDay({ rawSince }: ClaimedSite, timezone: string): string | null {
  if (rawSince === null) return null;
  const day = dayOf(rawSince, timezone);
  return dayStart(day, timezone) < rawSince ? addDays(day, 1) : day;
}

/** Does nothing when the zone is the same. Readers use intervals until the days are there. */
export async function followTimezone(client: PoolClient, site: ClaimedSite): Promise<boolean> {
  const wanted = await client.query<{ timezone: string }>(
    '/* processor.siteTimezone */ select timezone from sites where site_id = $1',
    [site.siteId],
  );
  const timezone = wanted.rows[0]?.timezone ?? site.timezone;
  if (timezone === site.timezone) return false;
  await client.query(forgetDays, [site.siteId, firstWholeDay(site, timezone)]);
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

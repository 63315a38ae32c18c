/** Fills in rows of dimensions that a site's rollups do not have yet, day by day, newest first. */
import type { PoolClient } from '@millrace/shared/postgres';
import { allComplete, always, completeSince, type DimensionsSince } from '@millrace/shared/rollups';
import { addDays, dayOf, dayStart } from '@millrace/shared/zone-days';
import type { ClaimedSite } from './claim-site.js';
import { type Group, groupEventsStatement } from './group-events.js';
import { encodeGroup } from './roll-intervals.js';
import { writeRollups } from './write-rollups.js';

const noteSince = `/* processor.noteSince */
update site_rollups set dimensions_since = dimensions_since || $2::jsonb where site_id = $1`;

/** Rows of an earlier time when the dimension was rolled may be out of date; those of raw events that are gone are all there is. */
const clearIntervals = `/* processor.clearIntervals */
delete from rollup_15m where site_id = $1 and dimension = any($2) and interval_start >= $3 and interval_start < $4`;
const clearDays = `/* processor.clearDays */
delete from rollup_days where site_id = $1 and dimension = any($2) and day >= $3 and day < $4`;

const newestDay = `/* processor.newestRolledDay */
select (select max(day) from rollup_days where site_id = $1 and dimension = 'all' and day <= $2)::text as day,
  (select max(interval_start) from rollup_15m
   where site_id = $1 and dimension = 'all' and interval_start >= $3 and interval_start < $4) as interval`;

const note = (client: PoolClient, siteId: string, names: string[], since: Date | typeof always) => {
  const text = since === always ? always : since.toISOString();
  const noted: DimensionsSince = Object.fromEntries(names.map((name) => [name, text]));
  return client.query(noteSince, [siteId, JSON.stringify(noted)]);
};

/** The first instant of which raw events may be counted: none that were dropped. */
const earliest = ({ rawSince }: ClaimedSite): Date => rawSince ?? new Date(Date.UTC(1999, 0, 1));

/** From `closedBefore` on whatever rolls an interval rolls these dimensions, too. */
async function begin(client: PoolClient, site: ClaimedSite, names: string[], closedBefore: Date): Promise<void> {
  const from = earliest(site);
  await client.query(clearIntervals, [site.siteId, names, from, closedBefore]);
  await client.query(clearDays, [site.siteId, names, addDays(dayOf(from, site.timezone), 1), 'infinity']);
  await note(client, site.siteId, names, closedBefore);
}

/** The newest day with rollups that begins before `since`. */
async function dayToFill(client: PoolClient, site: ClaimedSite, since: Date): Promise<string | undefined> {
  const last = dayOf(new Date(since.getTime() - 1), site.timezone);
  const { rows } = await client.query<{ day: string | null; interval: Date | null }>(newestDay, [
    ...[site.siteId, last, site.detailSince, since],
  ]);
  const { day, interval } = rows[0]!;
  const days = [day, interval && dayOf(interval, site.timezone)].filter((found) => found !== null);
  return days.sort().at(-1);
}

/** Writes `day`: its intervals before `since` as far as details are kept, and the day itself when it is over. */
async function fillDay(
  client: PoolClient,
  site: ClaimedSite,
  names: string[],
  day: string,
  { since, closedBefore }: { since: Date; closedBefore: Date },
): Promise<number> {
  const { siteId, timezone, detailSince } = site;
  const [start, end] = [dayStart(day, timezone), dayStart(addDays(day, 1), timezone)];
  const from = new Date(Math.max(start.getTime(), detailSince.getTime()));
  const to = new Date(Math.min(end.getTime(), since.getTime()));
  let rows = 0;
  if (from < to) {
    await client.query(clearIntervals, [siteId, names, from, to]);
    const intervals = { statement: groupEventsStatement('interval', names), values: [siteId, [from], [to]] };
    rows += await writeRollups<Group>(client, siteId, 'rollup_15m', intervals, encodeGroup);
  }
  if (end > closedBefore) return rows;
  await client.query(clearDays, [siteId, names, day, addDays(day, 1)]);
  const whole = { statement: groupEventsStatement('day', names), values: [siteId, [start], [end], [day]] };
  return rows + (await writeRollups<Group>(client, siteId, 'rollup_days', whole, encodeGroup));
}

/**
 * Takes the dimensions that are least complete one day further back; undefined when nothing is missing. What is marked is
 * computed again by its own roll, for all dimensions. Days of which raw events are gone stay as they are, and count as complete:
 * they are all there is, though of the rules and hostnames of their time.
 */
export async function fillDimensions(
  client: PoolClient,
  site: ClaimedSite,
  closedBefore: Date,
): Promise<{ rows: number } | undefined> {
  const names = Object.keys(allComplete);
  const since = Math.max(...names.map((name) => completeSince(site.dimensionsSince, name)));
  if (since === Number.NEGATIVE_INFINITY) return undefined;
  const missing = names.filter((name) => completeSince(site.dimensionsSince, name) === since);
  if (since === Number.POSITIVE_INFINITY) {
    await begin(client, site, missing, closedBefore);
    return { rows: 0 };
  }
  const until = { since: new Date(since), closedBefore };
  const day = await dayToFill(client, site, until.since);
  if (day === undefined || dayStart(day, site.timezone) < earliest(site)) {
    await note(client, site.siteId, missing, always);
    return { rows: 0 };
  }
  const rows = await fillDay(client, site, missing, day, until);
  await note(client, site.siteId, missing, dayStart(day, site.timezone));
  return { rows };
}

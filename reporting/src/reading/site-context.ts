/** Turns a site into what the meaning of a request depends on: its time zone, its first and its last event. */
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import type { TimeRange } from '../query/resolved-query.js';
import type { DateRange } from '../query-request/parse-date-range.js';
import { inSnapshot, runShortStatement } from './in-snapshot.js';
import { queryNamed } from './query-named.js';

export interface SiteContext {
  /** False for a site without an event that nobody has created either. */
  siteKnown: boolean;
  siteTimezone: string;
  /** Whether it has visitors without an id, who are others on another day. */
  hasDailyVisitors: boolean;
  /** Absent when the site has no events, or nobody asked. */
  firstEvent?: Date;
  lastEvent?: Date;
}

const dayMs = 86_400_000;

/** Days of UTC, at whose end visitors without an id get another one. */
const isOfSeveralDays = (from: Date, to: Date): boolean =>
  Math.floor(from.getTime() / dayMs) < Math.floor((to.getTime() - 1) / dayMs);

/** What `meta` of an answer about a range says of its site. */
export const siteMeta = (
  { siteKnown, hasDailyVisitors }: Pick<SiteContext, 'siteKnown' | 'hasDailyVisitors'>,
  { from, to }: TimeRange,
) => ({
  site_known: siteKnown,
  ...(hasDailyVisitors && isOfSeveralDays(from, to) && { visitor_model: 'daily' as const }),
});

/** Whether one of some ranges is the whole time of the site. */
export const needsEvents = (...ranges: (DateRange | string | undefined)[]): boolean =>
  ranges.some((range) => typeof range === 'object' && range.kind === 'named' && range.name === 'all');

const withEventsStatement = `/* reporting.readSiteContext */
select (select timezone from sites where site_id = $1) as "siteTimezone",
  (select daily_visitors from sites where site_id = $1) as "hasDailyVisitors",
  (select min(timestamp) from events where site_id = $1) as "firstEvent",
  (select max(timestamp) from events where site_id = $1) as "lastEvent"`;

/** Without a look at events, whose partitions would all have to be locked. */
const statement = `/* reporting.readZone */
select timezone as "siteTimezone", daily_visitors as "hasDailyVisitors", null as "firstEvent", null as "lastEvent"
from (select 1) as one left join sites on site_id = $1`;

type Row = {
  siteTimezone: string | null;
  hasDailyVisitors: boolean | null;
  firstEvent: Date | null;
  lastEvent: Date | null;
};

/** Looks for the events only when asked, since they can lie in any partition. A site that is not known yet is in UTC. */
export async function readSiteContext(
  pool: Pool,
  siteId: string,
  withEvents: boolean,
  signal?: AbortSignal,
): Promise<SiteContext> {
  // One statement is of one moment by itself; to look for events is worth what a snapshot tells the planner.
  if (!withEvents) return runShortStatement(pool, () => readSite(pool, siteId, false), signal);
  return inSnapshot(pool, (client) => readSite(client, siteId, true), signal ? { signal } : {});
}

/** The same in the transaction of a client. */
export async function readSite(
  client: Pick<PoolClient, 'query'>,
  siteId: string,
  withEvents: boolean,
): Promise<SiteContext> {
  const values = [siteId];
  const { rows } = withEvents
    ? await client.query<Row>(withEventsStatement, values)
    : await queryNamed<Row>(client, { name: 'zone', text: statement, values });
  const { siteTimezone, hasDailyVisitors, firstEvent, lastEvent } = rows[0]!;
  const site = {
    ...{ siteTimezone: siteTimezone ?? 'UTC', siteKnown: siteTimezone !== null },
    hasDailyVisitors: hasDailyVisitors ?? false,
  };
  return { ...site, ...(firstEvent && { firstEvent }), ...(lastEvent && { lastEvent }) };
}

export async function siteTimezone(pool: Pool, siteId: string): Promise<string> {
  const { rows } = await pool.query<{ timezone: string }>(
    '/* reporting.siteTimezone */ select timezone from sites where site_id = $1',
    [siteId],
  );
  return rows[0]?.timezone ?? 'UTC';
}

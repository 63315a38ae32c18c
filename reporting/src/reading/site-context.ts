/** The facts about a site that the meaning of a request depends on: its time zone, its first and last event. */

import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import { dayMs } from '@millrace/shared/time/durations';
import type { TimeRange } from '../query/resolved-query.js';
import type { DateRange } from '../query-request/parse-date-range.js';
import { inSnapshot, runShortStatement } from './in-snapshot.js';
import { queryNamed } from './query-named.js';

export interface SiteContext {
  /** False for a site that was never created and has no events. */
  siteKnown: boolean;
  siteTimezone: string;
  /** Whether it has visitors without an id, who count as new visitors every day. */
  hasDailyVisitors: boolean;
  /** Absent when the site has no events, or when events were not requested. */
  firstEvent?: Date;
  lastEvent?: Date;
}

/** Whether the range spans several UTC days: visitors without an id get a new one at the end of each. */
const isOfSeveralDays = (from: Date, to: Date): boolean =>
  Math.floor(from.getTime() / dayMs) < Math.floor((to.getTime() - 1) / dayMs);

/** The site's part of the `meta` of an answer about a range. */
export const siteMeta = (
  { siteKnown, hasDailyVisitors }: Pick<SiteContext, 'siteKnown' | 'hasDailyVisitors'>,
  { from, to }: TimeRange,
) => ({
  site_known: siteKnown,
  ...(hasDailyVisitors && isOfSeveralDays(from, to) && { visitor_model: 'daily' as const }),
});

/** Whether any of the ranges is `all`, which depends on the site's first and last event. */
export const needsEvents = (...ranges: (DateRange | string | undefined)[]): boolean =>
  ranges.some((range) => typeof range === 'object' && range.kind === 'named' && range.name === 'all');

const withEventsStatement = `/* reporting.readSiteContext */
select (select timezone from sites where site_id = $1) as "siteTimezone",
  (select daily_visitors from sites where site_id = $1) as "hasDailyVisitors",
  (select min(timestamp) from events where site_id = $1) as "firstEvent",
  (select max(timestamp) from events where site_id = $1) as "lastEvent"`;

/** Does not touch table events, all of whose partitions would have to be locked. */
const statement = `/* reporting.readZone */
select timezone as "siteTimezone", daily_visitors as "hasDailyVisitors", null as "firstEvent", null as "lastEvent"
from (select 1) as one left join sites on site_id = $1`;

type Row = {
  siteTimezone: string | null;
  hasDailyVisitors: boolean | null;
  firstEvent: Date | null;
  lastEvent: Date | null;
};

/** Reads the event times only on request, since they can be in any partition. An unknown site is in UTC. */
export async function readSiteContext(
  pool: Pool,
  siteId: string,
  withEvents: boolean,
  signal?: AbortSignal,
): Promise<SiteContext> {
  // A single statement needs no snapshot, but finding the events needs the planner settings that come with one.
  if (!withEvents) return runShortStatement(pool, () => readSite(pool, siteId, false), signal);
  return inSnapshot(pool, (client) => readSite(client, siteId, true), signal ? { signal } : {});
}

/** The same within the client's transaction. */
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

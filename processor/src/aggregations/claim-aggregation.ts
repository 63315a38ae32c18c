import type { Pool } from '@millrace/shared/platform/postgres';
import { busy, inClaim } from '../rollups/claim-site.js';
import { readRawHorizon } from '../rollups/raw-horizon.js';
import type { AggregationContext } from './aggregation.js';

/** The state of the site's aggregates, as of the snapshot. */
export interface ClaimedAggregation extends AggregationContext {
  /** Time zone of the existing rows. */
  rowsTimezone: string;
  aggregatedAt: Date;
  /** Whether money_events and mrr_movements were current at that time, with the same grace days. */
  isMoneyCurrent: boolean;
  graceDays: number;
}

/** REVENUE_GRACE_DAYS: how many days a subscription still counts after its payment was due. */
export const defaultGraceDays = 3;

/** No wait for the disk at commit: a server crash rolls back the whole transaction, including its marks. */
const begin = `begin isolation level repeatable read; set local synchronous_commit = off; set local work_mem = '64MB';
set local jit = off; set local random_page_cost = 1.1`;

/** Not a time zone, so the first aggregation recomputes everything. */
export const neverAggregated = '';

/** Not a time zone either: a full recomputation has begun but not finished, so tables may be in two time zones. */
export const unfinishedZone = 'unfinished';

const addState = `/* processor.addAggregationState */
insert into site_aggregations (site_id, timezone, aggregated_at) select site_id, $2, '-infinity' from sites
where site_id = $1 and erase_requested_at is null and not exists (select 1 from site_aggregations where site_id = $1)
for key share on conflict do nothing`;

const claim = `/* processor.claimAggregation */
update site_aggregations claimed set timezone = claimed.timezone
from (select * from site_aggregations where site_id = $1 for update skip locked) as before, sites
where claimed.site_id = $1 and before.site_id = $1 and sites.site_id = $1 and erase_requested_at is null
returning sites.timezone, before.timezone as "rowsTimezone",
  case when isfinite(before.aggregated_at) then before.aggregated_at else $2 end as "aggregatedAt",
  coalesce(before.revenue_at = before.aggregated_at and before.revenue_grace_days = $3, false) as "isMoneyCurrent"`;

/** If an older release aggregated meanwhile, revenue_at differs from aggregated_at: the money tables are then out of date. */
const record = `/* processor.recordAggregated */
update site_aggregations set timezone = $2, aggregated_at = $3::timestamptz,
  revenue_at = case when revenue_at = aggregated_at then $3::timestamptz end
where site_id = $1`;

const markUnfinished = `/* processor.recordUnfinished */
update site_aggregations set timezone = $2 where site_id = $1`;

const findSite = `/* processor.findSite */
select exists (select 1 from sites where site_id = $1 and erase_requested_at is null) as exists`;

export const unknownSite = { skipped: 'unknown site' };
export const busySite = { skipped: 'another aggregation of this site is running' };

/** Records that all aggregates of the site are current, in its current time zone. */
export const recordAggregated = ({ client, siteId, timezone }: ClaimedAggregation, now: Date) =>
  client.query(record, [siteId, timezone, now]);

export const recordUnfinished = ({ client, siteId }: ClaimedAggregation) =>
  client.query(markUnfinished, [siteId, unfinishedZone]);

/** Runs `work` in one REPEATABLE READ transaction. Skipped if the site is unknown, being erased, or claimed by another run. */
export async function claimAggregation<T>(
  pool: Pool,
  siteId: string,
  { now, graceDays = defaultGraceDays }: { now: Date; graceDays?: number | undefined },
  work: (claimed: ClaimedAggregation) => Promise<T>,
): Promise<T | { skipped: string }> {
  await pool.query(addState, [siteId, neverAggregated]);
  const result = await inClaim(pool, begin, async (client) => {
    const { rows } = await client.query<Omit<ClaimedAggregation, 'client' | 'siteId' | 'rawSince' | 'graceDays'>>(
      claim,
      [siteId, now, graceDays],
    );
    const rawSince = (await readRawHorizon(client))?.since;
    if (rows[0]) return work({ client, siteId, rawSince, graceDays, ...rows[0] });
    const site = await client.query<{ exists: boolean }>(findSite, [siteId]);
    return site.rows[0]!.exists ? busySite : unknownSite;
  });
  return result === busy ? busySite : result;
}

/** Turns old intervals into intervals without details: rows of dimensions other than `all` are kept for 8 days. */
import type { PoolClient } from '@millrace/shared/postgres';
import { detailDays } from '@millrace/shared/rollups';
import type { ClaimedSite } from './claim-site.js';
import { allDimensions } from './roll-intervals.js';

const dayMs = 86_400_000;

/** Start of the UTC day that is 8 days before the day of `now`. */
export const detailHorizon = (now: Date): Date => new Date((Math.floor(now.getTime() / dayMs) - detailDays) * dayMs);

const statement = `/* processor.dropDetail */
with horizon as (update site_rollups set detail_since = $3 where site_id = $1)
delete from rollup_15m where site_id = $1 and dimension = any($4) and interval_start >= $2 and interval_start < $3`;

/** Returns how many rows were dropped. Readers know from site_rollups.detail_since which are there. */
export async function dropDetail(client: PoolClient, site: ClaimedSite, now: Date): Promise<number> {
  const horizon = detailHorizon(now);
  if (site.detailSince >= horizon) return 0;
  const detailed = allDimensions.filter((name) => name !== 'all');
  const { rowCount } = await client.query(statement, [site.siteId, site.detailSince, horizon, detailed]);
  return rowCount ?? 0;
}

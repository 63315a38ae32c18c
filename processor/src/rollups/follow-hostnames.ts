/** Takes rows of `referrer` back that were made with other hostnames than the site has now. */
import type { PoolClient } from '@millrace/shared/postgres';
import type { DimensionsSince } from '@millrace/shared/rollups';

const statement = `/* processor.followHostnames */
update site_rollups set hostnames = sites.hostnames, dimensions_since = dimensions_since - 'referrer'
from sites where site_rollups.site_id = $1 and sites.site_id = $1 and sites.hostnames <> site_rollups.hostnames
returning dimensions_since as "dimensionsSince"`;

/**
 * Under the claim of the site, before any row is written: what follows in the transaction is made with the hostnames of its
 * snapshot, and the row says so. A change that comes meanwhile is one that the next claim finds, and readers do, too. Returns
 * dimensions_since where that took something back.
 */
export async function followHostnames(client: PoolClient, siteId: string): Promise<DimensionsSince | undefined> {
  const { rows } = await client.query<{ dimensionsSince: DimensionsSince }>(statement, [siteId]);
  return rows[0]?.dimensionsSince;
}

/** A transaction with one snapshot in which no other roll touches the site. */
import { inTransaction, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';

/** What a roll knows about its site, as of its snapshot. */
export interface ClaimedSite {
  siteId: string;
  /** Zone of the days in rollup_days. */
  timezone: string;
  lastVisitorNo: number;
  /** Raw events before it were dropped; null while none were. */
  rawSince: Date | null;
  /** From here on segments are complete: minus infinity for all, null where they have to be built. */
  segmentsSince: Date | number | null;
  /** Another one after each erasure. */
  epoch: string;
}

export type Roll<T> = (client: PoolClient, site: ClaimedSite) => Promise<T>;

/** The first row of a site, whose segments are complete from the beginning; a condition may follow. */
export const firstRow = `insert into site_rollups (site_id, timezone, detail_since, segments_since)
  select site_id, timezone, now(), '-infinity' from sites where site_id = $1`;

/** What another roll of the same site makes of ours; it is given up then, not waited for. */
export const busy = Symbol('busy');

/**
 * What a crash of the server takes back is a whole transaction, marks included, hence no wait for the disk.
 * The memory is for grouping the events of a chunk. The lock comes before the snapshot: a month that is dropped in between would be
 * without events, and without the record that it is dropped.
 */
const begin = `begin isolation level repeatable read; lock table only events in access share mode; set local synchronous_commit = off; set local work_mem = '96MB';
set local jit = off; set local random_page_cost = 1.1`;

/**
 * The row is updated, not only locked: a roll whose snapshot is older than the end of another one fails here with 40001.
 * Where an earlier release has rolled since, segments are built again, see migration 0029, and the epoch moves, since releases before 0.5
 * did not count their marks, see migration 0018. Earlier releases roll paths, referrers and profiles as well: they are told that these
 * are complete no longer, and read raw events.
 */
const claim = `/* processor.claimSite */
update site_rollups set rolled_at = now(), changes_at = now(), segments_at = now(), dimensions_since = '{"all": "-infinity"}',
  segments_since = case when rolled_at = segments_at then segments_since end,
  epoch = case when rolled_at = changes_at then epoch else epoch + 1 end
where site_id = $1 and site_id = (select site_id from site_rollups where site_id = $1 for update skip locked)
returning site_id as "siteId", timezone, last_visitor_no as "lastVisitorNo", segments_since as "segmentsSince",
  (select since from raw_horizon) as "rawSince", epoch`;

/** What others make of ours: 40001 another claim of the same site, 40P01 (a deadlock) an erasure that removes the same rows. */
export const isConflict = (error: unknown) => ['40001', '40P01'].includes(String((error as { code?: unknown }).code));

/** Runs `roll` in one REPEATABLE READ transaction; {@link busy} when another roll or an erasure is at work on the site. */
export async function claimSite<T>(pool: Pool, siteId: string, roll: Roll<T>): Promise<T | typeof busy> {
  try {
    return await inTransaction(
      pool,
      async (client) => {
        const { rows } = await client.query<ClaimedSite>(claim, [siteId]);
        if (!rows[0]) return busy;
        return await roll(client, rows[0]);
      },
      begin,
    );
  } catch (error) {
    if (isConflict(error)) return busy;
    throw error;
  }
}

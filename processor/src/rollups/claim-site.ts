import { setTimeout as pause } from 'node:timers/promises';
import { hasSqlState, inTransaction, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';

/** The state of a site's rollups, as of the snapshot of a roll. */
export interface ClaimedSite {
  siteId: string;
  /** Zone of the days in rollup_days. */
  timezone: string;
  lastVisitorNo: number;
  /** Raw events before this time were dropped; null if none were. */
  rawSince: Date | null;
  /** Segments are complete from here on: -Infinity if they all are, null if they must be rebuilt. */
  segmentsSince: Date | number | null;
  /** Changes with each erasure. */
  epoch: string;
}

export type Roll<T> = (client: PoolClient, site: ClaimedSite) => Promise<T>;

/** Inserts the row of a new site, whose segments are complete from the start; a condition may follow. */
export const firstRow = `insert into site_rollups (site_id, timezone, detail_since, segments_since)
  select site_id, timezone, now(), '-infinity' from sites where site_id = $1`;

/** Returned instead of a result if another roll has claimed the site. */
export const busy = Symbol('busy');

/**
 * No wait for the disk at commit: a server crash rolls back the whole transaction, including its marks. The memory is for grouping
 * the events of a chunk. The lock precedes the snapshot: otherwise a month dropped in between would be missing from events, while
 * the snapshot would not show that it was dropped.
 */
const begin = `begin isolation level repeatable read; lock table only events in access share mode; set local synchronous_commit = off; set local work_mem = '96MB';
set local jit = off; set local random_page_cost = 1.1`;

/**
 * The row is updated, not just locked: a roll whose snapshot predates the end of another roll fails here with 40001. If an older
 * release has rolled since, segments are rebuilt (migration 0029) and the epoch changes, because releases before 0.5 did not count
 * their marks (migration 0018). Older releases also roll paths, referrers and profiles: dimensions_since tells them that these are
 * incomplete, so they read raw events.
 */
const claim = `/* processor.claimSite */
update site_rollups set rolled_at = now(), changes_at = now(), segments_at = now(), dimensions_since = '{"all": "-infinity"}',
  segments_since = case when rolled_at = segments_at then segments_since end,
  epoch = case when rolled_at = changes_at then epoch else epoch + 1 end
where site_id = $1 and site_id = (select site_id from site_rollups where site_id = $1 for update skip locked)
returning site_id as "siteId", timezone, last_visitor_no as "lastVisitorNo", segments_since as "segmentsSince",
  (select since from raw_horizon) as "rawSince", epoch`;

/**
 * Runs `work` in a transaction that claims a site; returns {@link busy} on a conflict: 40001 with another claim, 40P01 (deadlock)
 * with an erasure of the same rows.
 */
export async function inClaim<T>(
  pool: Pool,
  begin: string,
  work: (client: PoolClient) => Promise<T>,
): Promise<T | typeof busy> {
  try {
    return await inTransaction(pool, work, begin);
  } catch (error) {
    if (hasSqlState(error, '40001', '40P01')) return busy;
    throw error;
  }
}

/** Runs `roll` in one REPEATABLE READ transaction; returns {@link busy} if another roll or an erasure of the site is running. */
export function claimSite<T>(pool: Pool, siteId: string, roll: Roll<T>): Promise<T | typeof busy> {
  return inClaim<T | typeof busy>(pool, begin, async (client) => {
    const { rows } = await client.query<ClaimedSite>(claim, [siteId]);
    return rows[0] ? roll(client, rows[0]) : busy;
  });
}

export interface Patience {
  attempts: number;
  pauseMs: number;
}

/** Repeats `attempt` until it is not {@link busy}; gives up after some attempts or when the signal is aborted. */
export async function retryWhileBusy<T>(
  attempt: () => Promise<T | typeof busy>,
  { attempts, pauseMs }: Patience,
  signal?: AbortSignal,
): Promise<T | typeof busy> {
  for (let made = 1; !signal?.aborted; made += 1) {
    const result = await attempt();
    if (result !== busy || made === attempts) return result;
    await pause(pauseMs, undefined, { signal }).catch(() => {});
  }
  return busy;
}

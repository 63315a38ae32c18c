/** Erases a whole site on request: most rows in chunks, the rest in one short transaction. */
import { hasSqlState, inTransaction, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';
import { busy } from '../rollups/claim-site.js';
import { eraseChunks, readSiteTables, type SiteTable } from './erase-chunks.js';
import { eraseDeadLetters } from './erase-dead-letters.js';
import { eraseExports } from './erase-files.js';
import { waitForWriters } from './wait-for-writers.js';

/** True if `DELETE /api/v1/sites/:site_id` was requested and is not finished. */
export async function isErasurePending(pool: Pool, siteId: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    '/* processor.isErasurePending */ select 1 from sites where site_id = $1 and erase_requested_at is not null',
    [siteId],
  );
  return rowCount === 1;
}

/** The longest that new events of the site may be blocked by the erasure. */
const patienceMs = 5_000;

const begin = `begin; set local lock_timeout = ${patienceMs}`;

/** Rolls and aggregations of the site hold these rows while they run. */
const claims = [
  '/* processor.claimErasedRolls */ select 1 from site_rollups where site_id = $1 for update nowait',
  '/* processor.claimErasedAggregates */ select 1 from site_aggregations where site_id = $1 for update nowait',
];

const deleteSite = `/* processor.deleteSite */
delete from sites where site_id = $1 and erase_requested_at is not null`;

/** Rolls back the transaction because the site is in use. */
class SiteInUseError extends Error {}

/** 55P03: lock timeout. 40P01: deadlock. */
const isInUse = (error: unknown) => error instanceof SiteInUseError || hasSqlState(error, '55P03', '40P01');

/**
 * Every writer of a site's first row in a table locks the row in sites `for key share`: it has either finished when that row is
 * deleted, or waits for this transaction and then finds no site. Running rolls and aggregations hold their claim rows.
 *
 * Statements that store events also write to sites. Those that still saw the site have finished before the rest is deleted, so
 * their events are erased too; later ones wait for this transaction and create the site again. Other sites are not blocked, as
 * only this site's row is locked.
 */
async function eraseRest(client: PoolClient, siteId: string, tables: SiteTable[]): Promise<void> {
  const { rowCount } = await client.query(deleteSite, [siteId]);
  if (rowCount === 0) return; // another erasure was faster
  for (const claim of claims) await client.query(claim, [siteId]);
  if (!(await waitForWriters(client, patienceMs))) throw new SiteInUseError();
  await eraseExports(client, siteId);
  for (const { name } of tables) {
    await client.query(`/* processor.eraseSite */ delete from ${name} where site_id = $1`, [siteId]);
  }
}

/**
 * Deletes every row of the site, including its API keys, and its events in dead letters of whole jobs. Returns {@link busy} if a
 * roll or an aggregation of the site is running. Safe to repeat: if interrupted, the next roll continues. Events stored later,
 * such as those still in the queue, create the site again.
 */
export async function eraseSite(pool: Pool, siteId: string, signal?: AbortSignal): Promise<typeof busy | undefined> {
  try {
    const tables = (await readSiteTables(pool)).filter(({ name }) => name !== 'sites');
    const inPieces = tables.filter(({ name }) => name !== 'exports');
    await eraseChunks(pool, siteId, inPieces, signal);
    if (signal?.aborted) return undefined;
    await inTransaction(pool, (client) => eraseDeadLetters(client, { siteId }));
    await inTransaction(pool, (client) => eraseRest(client, siteId, tables), begin);
    return undefined;
  } catch (error) {
    if (isInUse(error)) return busy;
    throw error;
  }
}

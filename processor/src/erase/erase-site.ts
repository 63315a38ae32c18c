/** Erases a site whole when that was asked for: almost all of it in pieces, then what is left in one short transaction. */
import { inTransaction, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';
import { busy } from '../rollups/claim-site.js';
import { awaitWriters } from './await-writers.js';
import { eraseDeadLetters } from './erase-dead-letters.js';
import { eraseExports } from './erase-exports.js';
import { erasePieces, readSiteTables, type SiteTable } from './erase-pieces.js';

/** True when `DELETE /api/v1/sites/:site_id` was asked for and not done yet. */
export async function isToBeErased(pool: Pool, siteId: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    '/* processor.isToBeErased */ select 1 from sites where site_id = $1 and erase_requested_at is not null',
    [siteId],
  );
  return rowCount === 1;
}

/** For how long events of the site wait at most for what others do with it. */
const patienceMs = 5_000;

const begin = `begin; set local lock_timeout = ${patienceMs}`;

/** Rolls and aggregations of the site hold these rows while they run. */
const claims = [
  '/* processor.claimErasedRolls */ select 1 from site_rollups where site_id = $1 for update nowait',
  '/* processor.claimErasedAggregates */ select 1 from site_aggregations where site_id = $1 for update nowait',
];

const forgetSite = `/* processor.forgetSite */
delete from sites where site_id = $1 and erase_requested_at is not null`;

/** Something else has the site, and what was begun is taken back. */
class SiteInUseError extends Error {}

/** 55P03: a lock was not to be had in time. 40P01: a deadlock. */
const isInUse = (error: unknown) =>
  error instanceof SiteInUseError || ['55P03', '40P01'].includes(String((error as { code?: unknown }).code));

/**
 * Whoever writes the first row of a site to a table reads the site's row `for key share`: they have ended when that row is deleted,
 * or wait for this and find no site. Rolls and aggregations are found by their claims, the first of which needs the site, too.
 *
 * Statements that store events write to sites as well. Those that found the site still there have ended when the rest is deleted,
 * so that their events go with it; later ones wait for the end of this, and make the site again. Events of other sites wait
 * for nothing: only this site's row is held.
 */
async function eraseRest(client: PoolClient, siteId: string, tables: SiteTable[]): Promise<void> {
  const { rowCount } = await client.query(forgetSite, [siteId]);
  if (rowCount === 0) return; // another erasure was faster
  for (const claim of claims) await client.query(claim, [siteId]);
  if (!(await awaitWriters(client, patienceMs))) throw new SiteInUseError();
  await eraseExports(client, siteId);
  for (const { name } of tables) {
    await client.query(`/* processor.eraseSite */ delete from ${name} where site_id = $1`, [siteId]);
  }
}

/**
 * Leaves no row of the site in any table, keys of that site only included, and no event of it in dead letters of whole jobs.
 * {@link busy} when a roll or an aggregation of the site is under way. Again changes nothing; ending midway leaves the wish, which
 * the next roll goes on with. Events that are stored afterwards, out of the queue for instance, make the site again.
 */
export async function eraseSite(pool: Pool, siteId: string, stopped?: AbortSignal): Promise<typeof busy | undefined> {
  try {
    const tables = (await readSiteTables(pool)).filter(({ name }) => name !== 'sites');
    const inPieces = tables.filter(({ name }) => name !== 'exports');
    await erasePieces(pool, siteId, inPieces, stopped);
    if (stopped?.aborted) return undefined;
    await inTransaction(pool, (client) => eraseDeadLetters(client, { siteId }));
    await inTransaction(pool, (client) => eraseRest(client, siteId, tables), begin);
    return undefined;
  } catch (error) {
    if (isInUse(error)) return busy;
    throw error;
  }
}

/** Erases a site whole when somebody has asked for it: its events a day at a time, then everything else in one transaction. */
import { inTransaction, type Pool } from '@millrace/shared/postgres';
import { eraseDeadLetters } from './erase-dead-letters.js';

const dayMs = 86_400_000;

/** True when `DELETE /api/v1/sites/:site_id` was asked for and not done yet. */
export async function isToBeErased(pool: Pool, siteId: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    '/* processor.isToBeErased */ select 1 from sites where site_id = $1 and erase_requested_at is not null',
    [siteId],
  );
  return rowCount === 1;
}

const newestEvent = `/* processor.newestEvent */
select max(timestamp) as at from events where site_id = $1 and timestamp < $2`;

const eraseDay = `/* processor.eraseDay */
delete from events where site_id = $1 and timestamp >= $2 and timestamp < $3`;

/** Every table that has rows of sites, also those that a later migration adds; partitions go with their table. */
const tablesOfSites = `/* processor.tablesOfSites */
select format('%I', c.relname) as name from pg_class c join pg_attribute a on a.attrelid = c.oid
where a.attname = 'site_id' and not a.attisdropped and c.relkind in ('r', 'p') and not c.relispartition
  and c.relnamespace = current_schema()::regnamespace`;

/** Rolls and aggregations hold rows of the first two while they run; a site without a row in the last is not known. */
const order = ['site_rollups', 'site_aggregations', 'sites'];
const rank = (name: string) => (name === 'sites' ? 2 : order.includes(name) ? 0 : 1);

/** Whoever inserts events writes to sites as well: none is between its events and its site while these go. */
const begin = `begin; set local lock_timeout = '10s'; set local statement_timeout = '110s';
lock table sites in share row exclusive mode`;

async function eraseRest(pool: Pool, siteId: string): Promise<void> {
  await inTransaction(
    pool,
    async (client) => {
      const { rows } = await client.query<{ name: string }>(tablesOfSites);
      for (const { name } of rows.sort((a, b) => rank(a.name) - rank(b.name))) {
        await client.query(`/* processor.eraseSite */ delete from ${name} where site_id = $1`, [siteId]);
      }
      await eraseDeadLetters(client, { siteId });
    },
    begin,
  );
}

/**
 * Leaves no row of the site in any table, keys of that site only included, and no event of it in dead letters of whole jobs.
 * Again changes nothing; ending midway leaves the wish, which the next roll goes on with. Events that are stored afterwards, out
 * of the queue for instance, make the site anew.
 */
export async function eraseSite(pool: Pool, siteId: string, stopped?: AbortSignal): Promise<void> {
  let before = new Date(Date.now() + 2 * dayMs);
  while (!stopped?.aborted) {
    const { rows } = await pool.query<{ at: Date | null }>(newestEvent, [siteId, before]);
    const at = rows[0]?.at;
    if (!at) break;
    const start = new Date(Math.floor(at.getTime() / dayMs) * dayMs);
    await pool.query(eraseDay, [siteId, start, before]);
    before = start;
  }
  if (!stopped?.aborted) await eraseRest(pool, siteId);
}

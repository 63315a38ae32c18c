/** Erases a user of a site in one transaction that leaves marks for the rollups. */
import { intervalStartSql } from '@millrace/shared/contract/rollups';
import { inTransaction, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';
import { firstRow } from '../rollups/claim-site.js';
import { readRawHorizon } from '../rollups/raw-horizon.js';
import { type ErasedLetters, eraseDeadLetters } from './erase-dead-letters.js';
import { type ErasedEvents, eraseEvents } from './erase-events.js';
import { eraseReportFiles, expireSiteExports } from './erase-files.js';

export interface EraseOptions {
  siteId: string;
  userId: string;
  /** Only print what would be removed. */
  dryRun: boolean;
}

export interface ErasedUserSummary extends ErasedEvents {
  /** True if the user had a visitor number. */
  visitor: boolean;
  deadLetters: ErasedLetters;
  /** Rows of money_events, which outlive raw events. */
  payments: number;
  isSiteKnown: boolean;
  /** Raw events before this time were dropped. Rollups of that time still count the visitor, but no longer know the user. */
  rawSince: Date | undefined;
}

const addSite = `/* processor.addErasedSite */
${firstRow} for key share on conflict do nothing`;

/** If other users have events of the same transaction, it now counts at the first of theirs: their profiles are marked. */
const deleteMoney = `/* processor.eraseMoney */
with erased as (
  delete from money_events where site_id = $1 and user_id = $2 returning kind, counts_by
), marks as (
  insert into aggregation_marks (site_id, interval_start, table_name)
  select distinct $1, ${intervalStartSql}, 'profile_performance'
  from money_events where site_id = $1 and user_id is distinct from $2 and (kind, counts_by) in (select * from erased)
)
select count(*)::int as payments from erased`;

/** Deletes the user's money_events and has revenue recomputed. Waits for a running aggregation. */
async function eraseMoney(client: PoolClient, siteId: string, userId: string): Promise<number> {
  await client.query(
    '/* processor.recomputeMoney */ update site_aggregations set revenue_at = null where site_id = $1',
    [siteId],
  );
  const { rows } = await client.query<{ payments: number }>(deleteMoney, [siteId, userId]);
  return rows[0]!.payments;
}

/** A new epoch invalidates all cached answers, even for clients that accept stale ones; the next roll purges the segments. */
const bumpEpoch = `/* processor.lockRollups */
update site_rollups set epoch = epoch + 1, segments_purge = true where site_id = $1`;

/** Waits for a running roll, which could number the user again as a new visitor. */
async function lockRollups(client: PoolClient, siteId: string): Promise<void> {
  await client.query(addSite, [siteId]);
  await client.query(bumpEpoch, [siteId]);
}

/** Cached answers may contain event rows. */
async function eraseCachedAnswers(client: PoolClient, siteId: string): Promise<void> {
  await client.query('/* processor.eraseCachedAnswers */ delete from cache_entries where site_id = $1', [siteId]);
}

async function eraseVisitor(client: PoolClient, siteId: string, userId: string): Promise<boolean> {
  const { rowCount } = await client.query(
    '/* processor.eraseVisitor */ delete from visitors where site_id = $1 and user_id = $2',
    [siteId, userId],
  );
  return rowCount === 1;
}

async function siteExists(client: PoolClient, siteId: string): Promise<boolean> {
  const { rowCount } = await client.query('/* processor.siteExists */ select 1 from sites where site_id = $1', [
    siteId,
  ]);
  return rowCount === 1;
}

/** The visitor number is never reused. A dry run does all of it and rolls back. */
export function eraseUser(pool: Pool, { siteId, userId, dryRun }: EraseOptions): Promise<ErasedUserSummary> {
  return inTransaction(pool, async (client) => {
    await lockRollups(client, siteId);
    const payments = await eraseMoney(client, siteId, userId);
    const events = await eraseEvents(client, siteId, userId);
    const visitor = await eraseVisitor(client, siteId, userId);
    const deadLetters = await eraseDeadLetters(client, { siteId, userId });
    await expireSiteExports(client, siteId);
    await eraseReportFiles(client, siteId);
    await eraseCachedAnswers(client, siteId);
    const rawSince = (await readRawHorizon(client))?.since;
    const isSiteKnown = await siteExists(client, siteId);
    if (dryRun) await client.query('rollback');
    return { ...events, visitor, deadLetters, payments, isSiteKnown, rawSince };
  });
}

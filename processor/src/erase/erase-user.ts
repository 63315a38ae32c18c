/** Erases a user of a site: events, visitor, dead letters and files, in one transaction that leaves marks for the rollups. */
import { inTransaction, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';
import { firstRow } from '../rollups/claim-site.js';
import { readRawHorizon } from '../rollups/raw-horizon.js';
import { type ErasedLetters, eraseDeadLetters } from './erase-dead-letters.js';
import { type ErasedEvents, eraseEvents } from './erase-events.js';
import { expireSiteExports } from './erase-exports.js';
import type { EraseOptions } from './erase-options.js';
import { eraseReportFiles } from './erase-reports.js';

export interface ErasedUserSummary extends ErasedEvents {
  /** True when the user had a visitor number. */
  visitor: boolean;
  deadLetters: ErasedLetters;
  /** Payments and the like that outlive raw events. */
  payments: number;
  isSiteKnown: boolean;
  /** Raw events before it were dropped; the rollups of that time count the user still, by a number without a user. */
  rawSince: Date | undefined;
}

const addSite = `/* processor.addErasedSite */
${firstRow} for key share on conflict do nothing`;

/** A transaction of which others have events, too, counts where the first of theirs came, hence the marks for profiles. */
const deleteMoney = `/* processor.eraseMoney */
with erased as (
  delete from money_events where site_id = $1 and user_id = $2 returning kind, counts_by
), marks as (
  insert into aggregation_marks (site_id, interval_start, table_name)
  select distinct $1, date_bin('15 minutes', timestamp, timestamptz '2000-01-01 00:00:00Z'), 'profile_performance'
  from money_events where site_id = $1 and user_id is distinct from $2 and (kind, counts_by) in (select * from erased)
)
select count(*)::int as payments from erased`;

/** What outlives raw events goes too, and revenue is recomputed from what is left. Waits for an aggregation under way. */
async function eraseMoney(client: PoolClient, siteId: string, userId: string): Promise<number> {
  await client.query(
    '/* processor.recomputeMoney */ update site_aggregations set revenue_at = null where site_id = $1',
    [siteId],
  );
  const { rows } = await client.query<{ payments: number }>(deleteMoney, [siteId, userId]);
  return rows[0]!.payments;
}

/**
 * No answer that was kept before is given again, not even to who takes one that is out of date; and what segments hold of the user is
 * removed by the roll that follows.
 */
const moveEpoch = `/* processor.keepRollsAway */
update site_rollups set epoch = epoch + 1, segments_purge = true where site_id = $1`;

/** Waits for a roll under way, which could still number the user as a new visitor. */
async function keepRollsAway(client: PoolClient, siteId: string): Promise<void> {
  await client.query(addSite, [siteId]);
  await client.query(moveEpoch, [siteId]);
}

/** Kept answers hold rows of events. */
async function eraseAnswers(client: PoolClient, siteId: string): Promise<void> {
  await client.query('/* processor.eraseAnswers */ delete from cache_entries where site_id = $1', [siteId]);
}

async function eraseVisitor(client: PoolClient, siteId: string, userId: string): Promise<boolean> {
  const { rowCount } = await client.query(
    '/* processor.eraseVisitor */ delete from visitors where site_id = $1 and user_id = $2',
    [siteId, userId],
  );
  return rowCount === 1;
}

async function isSite(client: PoolClient, siteId: string): Promise<boolean> {
  const { rowCount } = await client.query('/* processor.isSite */ select 1 from sites where site_id = $1', [siteId]);
  return rowCount === 1;
}

/** The number of the visitor is never given again. A dry run does the same and takes it back. */
export function eraseUser(pool: Pool, { siteId, userId, dryRun }: EraseOptions): Promise<ErasedUserSummary> {
  return inTransaction(pool, async (client) => {
    await keepRollsAway(client, siteId);
    const payments = await eraseMoney(client, siteId, userId);
    const events = await eraseEvents(client, siteId, userId);
    const visitor = await eraseVisitor(client, siteId, userId);
    const deadLetters = await eraseDeadLetters(client, { siteId, userId });
    await expireSiteExports(client, siteId);
    await eraseReportFiles(client, siteId);
    await eraseAnswers(client, siteId);
    const rawSince = (await readRawHorizon(client))?.since;
    const isSiteKnown = await isSite(client, siteId);
    if (dryRun) await client.query('rollback');
    return { ...events, visitor, deadLetters, payments, isSiteKnown, rawSince };
  });
}

/** Drops a month of raw events and its segments, and records in the same transaction that they are gone. */
import { hasSqlState, inTransaction, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';
import { ensureMonths, lockPartitions } from '../events/ensure-partitions.js';
import { busy, retryWhileBusy } from '../rollups/claim-site.js';
import { closedBefore } from '../rollups/raw-horizon.js';
import { monthStart } from './partition-months.js';

/** Waiting for this lock blocks every query queued behind it, so give up quickly and try again. */
const begin = `begin; set local lock_timeout = '1s'`;
const lockTimeout = '55P03';
const patience = { attempts: 10, pauseMs: 500 };

/**
 * Work that still needs raw events of that time. The lock on events keeps it from growing, as marks are written together with
 * events. The marks of a running roll are still visible here, and the lock waits for all readers of events.
 */
const findPendingWork = `/* processor.pendingWork */
select
  exists (select 1 from rollup_marks where interval_start < $1) as intervals,
  exists (select 1 from rollup_day_marks where day <= ($1::timestamptz at time zone 'UTC')::date) as days,
  exists (select 1 from aggregation_marks where interval_start < $1) as aggregates,
  exists (select 1 from site_aggregations where revenue_at is distinct from aggregated_at) as money,
  exists (select 1 from sites join site_rollups rolled using (site_id) where rolled.timezone <> sites.timezone) as timezones`;

const reasons = {
  intervals: 'it has intervals that are not rolled up yet',
  days: 'it has days that are not rolled up yet',
  aggregates: 'it has aggregates that are not recomputed yet',
  money: 'it has payments that are not copied to money_events yet',
  timezones: 'a site is changing its time zone',
};

async function pendingWork(client: PoolClient, before: Date): Promise<string | undefined> {
  const { rows } = await client.query<Record<keyof typeof reasons, boolean>>(findPendingWork, [before]);
  const names = Object.keys(reasons) as (keyof typeof reasons)[];
  const open = names.find((name) => rows[0]![name]);
  return open && reasons[open];
}

const raiseHorizon = `/* processor.raiseRawHorizon */
insert into raw_horizon (since) values ($1) on conflict (only_row) do update set since = greatest(raw_horizon.since, $1)`;

/** Taken before the lock on events: erasures use the same order. */
const lockSites = `/* processor.lockSegmentedSites */
select 1 from site_rollups where site_id in (select site_id from segments where starts < $1) order by site_id for update`;

/** Segments never span two months. The next rolls purge values that only these segments used. */
const dropSegments = `/* processor.dropSegments */
with dropped as (delete from segments where starts < $1 returning site_id)
update site_rollups set segments_purge = true where site_id in (select site_id from dropped)`;

/** Closes the first days of the next month with a constraint on its partition, which costs other inserts nothing. */
const closeDays = '/* processor.closeDays */ select close_events_partition($1, $2)';

async function detachAndDrop(client: PoolClient, month: string, next: string): Promise<string | undefined> {
  await lockPartitions(client);
  await client.query(lockSites, [monthStart(next)]);
  await client.query('/* processor.lockEvents */ lock table events in access exclusive mode');
  const open = await pendingWork(client, closedBefore(monthStart(next)));
  if (open !== undefined) return open;
  await client.query(raiseHorizon, [monthStart(next)]);
  await client.query(dropSegments, [monthStart(next)]);
  await client.query('/* processor.dropMonth */ select drop_events_partition($1)', [month]);
  await client.query(closeDays, [next, closedBefore(monthStart(next))]);
  return undefined;
}

/**
 * Drops `month`, the oldest one; `next` becomes the oldest. Returns undefined when it is gone, otherwise the reason why it stays.
 * Its rollups must have been verified; later changes show up in the marks.
 */
export async function dropMonth(pool: Pool, month: string, next: string): Promise<string | undefined> {
  await ensureMonths(pool, [next]);
  const attempt = (): Promise<string | undefined | typeof busy> =>
    inTransaction(pool, (client) => detachAndDrop(client, month, next), begin).catch((error) => {
      if (hasSqlState(error, lockTimeout)) return busy;
      throw error;
    });
  const reason = await retryWhileBusy(attempt, patience);
  return reason === busy ? 'its events are in constant use' : reason;
}

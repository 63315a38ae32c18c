/** Creates the monthly partitions of table events. */
import type { Logger } from '@millrace/shared/platform/logger';
import { inTransaction, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';

/** Advisory lock key: one transaction creates or drops partitions at a time ("part" in ASCII). */
const lockKey = 0x70617274;

/** Held until the end of the transaction. */
export const lockPartitions = (client: PoolClient) =>
  client.query('/* processor.lockPartitions */ select pg_advisory_xact_lock($1)', [lockKey]);

/** The partition of a month (`YYYY-MM`). */
export const partitionOf = (month: string) => `events_${month.replace('-', '_')}`;

/** Valid events lie between 2000 and one day from now; other months get no partition, and their events fail. */
const monthsOf = `/* processor.monthsOf */
select distinct to_char(date_trunc('month', event.timestamp at time zone 'UTC'), 'YYYY-MM') as month
from json_to_recordset($1::json) as event(timestamp timestamptz)
where event.timestamp >= '2000-01-01Z' and event.timestamp < now() + interval '62 days'
order by 1`;

/** Months (`YYYY-MM`) without a partition. A dropped month is never created again. */
async function missingMonths(client: PoolClient, months: string[]): Promise<string[]> {
  const { rows } = await client.query<{ month: string }>(
    `/* processor.missingMonths */ select month from unnest($1::text[]) as month
     where to_regclass('events_' || replace(month, '-', '_')) is null
       and (month || '-01')::timestamp at time zone 'UTC' >= coalesce((select since from raw_horizon), '-infinity')
     order by month`,
    [months],
  );
  return rows.map((row) => row.month);
}

/** Creates the missing partitions of `months` (`YYYY-MM`) and returns their months; safe in many processes at once. */
export async function ensureMonths(pool: Pool, months: string[]): Promise<string[]> {
  return inTransaction(pool, async (client) => {
    await lockPartitions(client);
    const missing = await missingMonths(client, months);
    for (const month of missing) {
      await client.query('/* processor.createPartition */ select create_events_partition($1)', [month]);
    }
    return missing;
  });
}

/** Creates the partitions that the events of a JSON array need. */
export async function ensurePartitions(pool: Pool, events: string): Promise<string[]> {
  const { rows } = await pool.query<{ month: string }>(monthsOf, [events]);
  return ensureMonths(
    pool,
    rows.map((row) => row.month),
  );
}

/** This month and the next two as `YYYY-MM`. */
export function upcomingMonths(now: Date): string[] {
  return [0, 1, 2].map((ahead) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)).toISOString().slice(0, 7),
  );
}

const checkEveryMs = 60_000;

/** Creates the partitions of upcoming months before their first event arrives. Checks now and every minute; returns a function that stops it. */
export function maintainPartitions(pool: Pool, logger: Logger): () => void {
  async function make(): Promise<void> {
    try {
      const months = await ensureMonths(pool, upcomingMonths(new Date()));
      if (months.length > 0) logger.info({ months }, 'created partitions ahead of time');
    } catch (error) {
      const message = 'could not create partitions ahead of time; the first event of a new month will create its own';
      logger.warn({ err: error }, message);
    }
  }
  void make();
  const timer = setInterval(make, checkEveryMs);
  return () => clearInterval(timer);
}

/** Turns the run's Postgres into an empty, migrated database for one measurement. */
import { randomBytes } from 'node:crypto';
import type { ClosingList } from '@millrace/dev/closing-list';
import { createLogger, type Logger } from '@millrace/shared/logger';
import { migrate } from '@millrace/shared/migrate';
import { createPool, type Pool } from '@millrace/shared/postgres';
import type { Bench } from '../bench.js';
import { queuePrefix } from './start-stores.js';

export interface Database {
  url: string;
  pool: Pool;
}

export const silent: Logger = createLogger('bench', 'silent');
const poolOptions = { max: 2, statementTimeoutMs: 300_000, applicationName: 'millrace-bench' };

/** A database that nobody else uses, with tables, queue tables and the partitions around now. */
export async function createDatabase(bench: Bench, closing: ClosingList): Promise<Database> {
  const server = createPool(bench.postgresUrl, silent, poolOptions);
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await server.query(`create database ${name}`);
  const url = new URL(bench.postgresUrl);
  url.pathname = `/${name}`;
  const pool = createPool(url.href, silent, poolOptions);
  closing.add(async () => {
    await pool.end();
    await server.query(`drop database ${name} with (force)`);
    await server.end();
  });
  await migrate(pool, { kind: 'postgres', url: url.href, prefix: queuePrefix }, silent);
  await createPartitions(pool, new Date());
  return { url: url.href, pool };
}

/** Of last month, this and the next, so that no side has to make them while it is measured. */
async function createPartitions(pool: Pool, now: Date): Promise<void> {
  const firstOf = (offset: number) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1)).toISOString();
  for (const offset of [-1, 0, 1]) {
    const table = `events_${firstOf(offset).slice(0, 7).replace('-', '_')}`;
    const range = `from ('${firstOf(offset)}') to ('${firstOf(offset + 1)}')`;
    await pool.query(`create table ${table} partition of events for values ${range}`);
  }
}

export async function countRows(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    '/* bench.countRows */ select count(*)::int as count from events',
  );
  return rows[0]?.count ?? 0;
}

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ClosingList } from '@millrace/dev/processes/closing-list';
import { createLogger, type Logger } from '@millrace/shared/platform/logger';
import { migrate } from '@millrace/shared/platform/migrate';
import { createPool, type Pool } from '@millrace/shared/platform/postgres';
import type { Bench } from '../bench.js';
import type { Release } from './previous-release.js';
import { queuePrefix } from './start-stores.js';

export interface Database {
  url: string;
  pool: Pool;
}

export const silent: Logger = createLogger('bench', 'silent');
/** Plain SQL over the largest tables is slow. */
const poolOptions = { max: 2, statementTimeoutMs: 1_800_000, applicationName: 'millrace-bench' };

const newName = () => `bench_${randomBytes(6).toString('hex')}`;

function urlOf(bench: Bench, name: string): string {
  const url = new URL(bench.postgresUrl);
  url.pathname = `/${name}`;
  return url.href;
}

type Migrate = typeof migrate;

/** Creates the database that all measures copy and returns its name. Its pool is closed: Postgres cannot copy a database with open connections. */
const createTemplate = (bench: Bench): Promise<string> => createMigrated(bench, migrate);

/** Creates an empty database with tables, queue tables and the partitions around now. */
async function createMigrated(bench: Bench, migrateTo: Migrate): Promise<string> {
  const name = newName();
  const server = createPool(bench.postgresUrl, silent, poolOptions);
  await server.query(`create database ${name}`);
  await server.end();
  const url = urlOf(bench, name);
  const pool = createPool(url, silent, poolOptions);
  try {
    await migrateTo(pool, { kind: 'postgres', url, prefix: queuePrefix }, silent);
    // For last month, this one and the next, so that no service creates them while it is measured.
    const now = new Date();
    await createPartitions(pool, firstOfMonth(now, -1), firstOfMonth(now, 1));
  } finally {
    await pool.end();
  }
  return name;
}

async function copyTemplate(bench: Bench, server: Pool): Promise<string> {
  const template = await bench.once(createTemplate);
  const name = newName();
  await server.query(`create database ${name} template ${template}`);
  return name;
}

/** With the tables of that release, created by its own migrations. */
async function createOfRelease(bench: Bench, { root }: Release): Promise<string> {
  const dist = join(root, 'shared', 'dist');
  // Up to release 0.6, all modules of shared are in one folder.
  const file = [join(dist, 'platform', 'migrate.js'), join(dist, 'migrate.js')].find(existsSync)!;
  const { migrate: migrateTo } = (await import(pathToFileURL(file).href)) as { migrate: Migrate };
  return createMigrated(bench, migrateTo);
}

/** Creates a separate database with tables, queue tables and the partitions around now, those of `release` if given. */
export async function createDatabase(bench: Bench, closing: ClosingList, release?: Release): Promise<Database> {
  const server = createPool(bench.postgresUrl, silent, poolOptions);
  const name = release ? await createOfRelease(bench, release) : await copyTemplate(bench, server);
  const url = urlOf(bench, name);
  const pool = createPool(url, silent, poolOptions);
  closing.add(async () => {
    await pool.end();
    await server.query(`drop database ${name} with (force)`);
    await server.end();
  });
  return { url, pool };
}

const firstOfMonth = (time: Date, offset: number) =>
  new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + offset, 1));

/** For every month from that of `from` to that of `to`; existing ones are left alone. */
export async function createPartitions(pool: Pool, from: Date, to: Date): Promise<void> {
  for (let first = firstOfMonth(from, 0); first <= to; first = firstOfMonth(first, 1)) {
    const table = `events_${first.toISOString().slice(0, 7).replace('-', '_')}`;
    const range = `from ('${first.toISOString()}') to ('${firstOfMonth(first, 1).toISOString()}')`;
    await pool.query(`create table if not exists ${table} partition of events for values ${range}`);
  }
}

export async function countRows(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    '/* bench.countRows */ select count(*)::int as count from events',
  );
  return rows[0]?.count ?? 0;
}

/** A separate database and queue for each test file. */
import { randomBytes } from 'node:crypto';
import type { QueueLocation } from '@millrace/shared/platform/config';
import { createLogger } from '@millrace/shared/platform/logger';
import { migrate } from '@millrace/shared/platform/migrate';
import { createPool, type Pool } from '@millrace/shared/platform/postgres';
import { createLogins } from './service-logins.js';

export interface TestDatabase {
  url: string;
  pool: Pool;
  /** Deletes all rows, but keeps partitions. Takes a tenth of the time of creating another database. */
  empty(): Promise<void>;
  drop(): Promise<void>;
}

export const silent = createLogger('test', 'silent');

function testServerUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (!url) throw new Error('TEST_DATABASE_URL is not set: run the tests with `npm test`.');
  return url;
}

const options = { max: 8, statementTimeoutMs: 60_000, applicationName: 'millrace-test' };

export interface TestDatabaseOptions {
  /** `false`: without tables. */
  migrated?: boolean;
  /** A different server than that of the other tests. */
  serverUrl?: string;
}

/** Does not empty the queue: tests that use it create their own database. */
const deleteAll = `do $$
declare name text;
begin
  set local session_replication_role = replica;
  for name in select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
    and not relispartition and relname not in ('migrations', 'schema_major')
  loop
    execute format('delete from %I', name);
  end loop;
end $$`;

/** Copying files is five times as fast as the default, which writes each page to the WAL. */
const copyOf = (template: string) => `template ${template} strategy file_copy`;

/** Creates a database: a copy of the migrated template of this run, or on another server a freshly migrated one. */
export async function createTestDatabase(given: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { migrated = true, serverUrl = testServerUrl() } = given;
  const template = migrated && given.serverUrl === undefined ? process.env.TEST_TEMPLATE_DATABASE : undefined;
  const server = createPool(serverUrl, silent, { ...options, max: 1 });
  const name = `test_${randomBytes(8).toString('hex')}`;
  await server.query(`create database ${name} ${template ? copyOf(template) : ''}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const pool = createPool(url.href, silent, options);
  if (migrated && !template) await migrate(pool, { kind: 'postgres', url: url.href, prefix: 'millrace' }, silent);
  if (migrated) await createLogins(pool);
  return {
    url: url.href,
    pool,
    async empty() {
      await pool.query(deleteAll);
    },
    async drop() {
      await pool.end();
      await server.query(`drop database ${name} with (force)`);
      await server.end();
    },
  };
}

/** Queue backends to test: always Postgres, and Redis if `npm test` has found one. */
export const queueBackends: QueueLocation['kind'][] = process.env.TEST_REDIS_URL ? ['postgres', 'redis'] : ['postgres'];

/** A separate queue on the given backend. */
export function testQueue(backend: QueueLocation['kind'], database: TestDatabase): QueueLocation {
  if (backend === 'postgres') return { kind: 'postgres', url: database.url, prefix: 'millrace' };
  return { kind: 'redis', url: process.env.TEST_REDIS_URL as string, prefix: `t${randomBytes(6).toString('hex')}` };
}

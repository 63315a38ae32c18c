/** Cancelling queries from a second connection, also while Postgres accepts no connections. */
import { randomBytes } from 'node:crypto';
import { createPool, type Pool } from '@millrace/shared/platform/postgres';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cancelQuery } from '../src/reading/cancel-query.js';

const role = `one_connection_${randomBytes(4).toString('hex')}`;
let database: TestDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await createTestDatabase();
  await database.pool.query(`create role ${role} login password 'secret' connection limit 1`);
  const url = Object.assign(new URL(database.url), { username: role, password: 'secret' });
  pool = createPool(url.href, silent, { max: 1, statementTimeoutMs: 60_000, applicationName: 'full' });
});
afterEach(async () => {
  await pool.end();
  await database.pool.query(`drop role ${role}`);
  await database.drop();
});

async function isRunning(): Promise<boolean> {
  const { rowCount } = await database.pool.query(
    `select from pg_stat_activity where usename = $1 and state = 'active' and query like '%pg_sleep%'`,
    [role],
  );
  return rowCount === 1;
}

it('leaves a connection alone while Postgres is out of connections, and cancels its query once it is not', async () => {
  const client = await pool.connect();
  const query = client.query('select pg_sleep(60)');
  const ended = query.then(
    () => 'done',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
  await eventually(isRunning, 'the query runs');
  await cancelQuery(pool, client);
  await database.pool.query(`alter role ${role} connection limit 2`);
  await cancelQuery(pool, client);
  expect(await ended).toBe('57014');
  expect((await client.query('select 1 as alive')).rows).toEqual([{ alive: 1 }]);
  client.release();
});

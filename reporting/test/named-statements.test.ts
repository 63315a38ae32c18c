/** Statements that connections remember, when a table changes under them. */
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { queryNamed } from '../src/reading/named-statement.js';

let database: TestDatabase;
let client: PoolClient;
beforeAll(async () => {
  database = await createTestDatabase();
  client = await database.pool.connect();
});
afterAll(async () => {
  client.release();
  await database.drop();
});

const ask = () =>
  queryNamed(client, { name: 'sites', text: 'select count(*)::int as count, $1 as wanted from sites', values: ['a'] });

it('are asked without a name once one is lost, after one refusal that asks to come again', async () => {
  expect((await ask()).rows).toEqual([{ count: 0, wanted: 'a' }]);
  // As behind a proxy that hands each transaction to another connection.
  await client.query('deallocate all');
  await expect(ask()).rejects.toMatchObject({ code: 'database_unavailable', cause: { code: '26000' } });
  for (let time = 0; time < 2; time += 1) expect((await ask()).rows).toEqual([{ count: 0, wanted: 'a' }]);
});

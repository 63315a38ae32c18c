import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPool, inTransaction, type Pool } from '../src/platform/postgres.js';
import { createTestDatabase, silent, type TestDatabase } from '../testing/database.js';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase({ migrated: false });
  pool = createPool(database.url, silent, { max: 1, statementTimeoutMs: 10_000, applicationName: 'handed on' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

it('survives a connection that ends while it is being checked out', async () => {
  const first = await pool.connect();
  const waiting = inTransaction(pool, (client) => client.query('select 1 as one'));
  first.release();
  // The end of the query and of the connection arrive in one packet, with no time between the two.
  expect(() => first.emit('error', new Error('terminating connection'))).not.toThrow();
  expect((await waiting).rows).toEqual([{ one: 1 }]);
});

/** Connections of a pool that end at a bad moment. */
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

it('outlives a connection that ends at the moment in which it is handed on', async () => {
  const first = await pool.connect();
  const waiting = inTransaction(pool, (client) => client.query('select 1 as one'));
  first.release();
  // What comes in one packet, the end of a query and the end of the connection, leaves no time between the two.
  expect(() => first.emit('error', new Error('terminating connection'))).not.toThrow();
  expect((await waiting).rows).toEqual([{ one: 1 }]);
});

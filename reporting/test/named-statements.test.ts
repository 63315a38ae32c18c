/** What happens to prepared statements when a table changes. */
import { createTestDatabase } from '@millrace/shared/testing/database';
import { expect, it } from 'vitest';
import { queryNamed } from '../src/reading/query-named.js';

it('are sent without a name after one is lost, which is refused once with 503', async () => {
  const database = await createTestDatabase();
  const client = await database.pool.connect();
  const text = 'select count(*)::int as count, $1 as value from sites';
  const ask = async () => (await queryNamed(client, { name: 'sites', text, values: ['a'] })).rows;
  expect(await ask()).toEqual([{ count: 0, value: 'a' }]);
  // Like a proxy that gives each transaction a different connection.
  await client.query('deallocate all');
  await expect(ask()).rejects.toMatchObject({ code: 'database_unavailable', cause: { code: '26000' } });
  for (let time = 0; time < 2; time += 1) expect(await ask()).toEqual([{ count: 0, value: 'a' }]);
  client.release();
  await database.drop();
});

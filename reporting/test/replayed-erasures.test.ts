/** Files are not written from a replica that still has erased data. Two databases act as a primary and its replica. */
import { createPool, type Pool } from '@millrace/shared/platform/postgres';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeFailure } from '../src/exports/export-failure.js';
import { onReplayedConnection } from '../src/exports/replayed-erasures.js';

let primary: TestDatabase;
let replica: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  [primary, replica] = [await createTestDatabase(), await createTestDatabase()];
  pool = createPool(replica.url, silent, { max: 2, statementTimeoutMs: 10_000, applicationName: 'millrace-test' });
});
afterAll(async () => {
  await pool.end();
  await primary.drop();
  await replica.drop();
});
beforeEach(async () => {
  for (const database of [primary, replica]) {
    await database.empty();
    await database.pool.query(`insert into sites (site_id, created_at) values ('demo', '2026-01-01Z')`);
    await database.pool.query(
      `insert into site_rollups (site_id, timezone, detail_since, epoch) values ('demo', 'UTC', '2026-01-01Z', 3)`,
    );
  }
});

const erase = (database: TestDatabase) => database.pool.query('update site_rollups set epoch = epoch + 1');
const makeAgain = (database: TestDatabase) => database.pool.query(`update sites set created_at = '2026-02-01Z'`);

/** Runs with the number of erasures that its snapshot includes. */
function read(longestMs: number, signal = new AbortController().signal) {
  const seen: number[] = [];
  const done = onReplayedConnection(
    { pool, writePool: primary.pool },
    'demo',
    { statementTimeoutMs: 10_000, signal },
    async (client) => {
      const { rows } = await client.query<{ epoch: string }>('select epoch from site_rollups');
      seen.push(Number(rows[0]?.epoch));
    },
    { pauseMs: 10, longestMs },
  );
  return { seen, done };
}

it('reads at once from a replica that has every erasure, or does not have the site', async () => {
  const first = read(10_000);
  await first.done;
  expect(first.seen).toEqual([3]);
  await replica.empty();
  await erase(primary);
  const second = read(10_000);
  await second.done;
  expect(second.seen).toEqual([Number.NaN]);
});

it('waits for a replica that lags behind an erasure', async () => {
  await erase(primary);
  const { seen, done } = read(60_000);
  await eventually(async () => {
    const { rows } = await replica.pool.query<{ checks: number }>(
      `select count(*)::int as checks from pg_stat_activity where datname = current_database() and application_name = 'millrace-test'`,
    );
    return rows[0]!.checks > 0;
  }, 'the replica was checked');
  expect(seen).toEqual([]);
  await erase(replica);
  await done;
  expect(seen).toEqual([4]);
});

it.each([
  ['a user', erase],
  ['the site, which was created again', makeAgain],
])('fails and is retried if the erasure of %s does not arrive', async (_what, change) => {
  await change(primary);
  const { seen, done } = read(30);
  const error = await done.catch((thrown: unknown) => thrown);
  expect(describeFailure(error)).toEqual({
    reason: expect.stringContaining('Export again when'),
    whileRetried: expect.stringContaining('will be retried'),
    isFinal: false,
  });
  expect(seen).toEqual([]);
});

it('stops waiting when the export is no longer wanted', async () => {
  await erase(primary);
  const stopping = new AbortController();
  const { done } = read(60_000, stopping.signal);
  stopping.abort();
  await expect(done).rejects.toThrow();
});

/** Reads on one snapshot: their settings, and how they are cancelled. */
import { createPool } from '@millrace/shared/platform/postgres';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inSnapshot } from '../src/reading/in-snapshot.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('runs read-only with repeatable reads, and with its own time limit on request', async () => {
  const settings = `select current_setting('transaction_isolation') as isolation, current_setting('jit') as jit,
    current_setting('transaction_read_only') as "readOnly", current_setting('work_mem') as memory,
    current_setting('random_page_cost') as cost, current_setting('statement_timeout') as limit`;
  const inside = await inSnapshot(database.pool, (client) => client.query(settings), { statementTimeoutMs: 5_000 });
  expect(inside.rows).toEqual([
    { isolation: 'repeatable read', readOnly: 'on', jit: 'off', memory: '64MB', cost: '1.1', limit: '5s' },
  ]);
  const outside = await database.pool.query(settings);
  expect(outside.rows[0]).toMatchObject({ readOnly: 'off', limit: '1min' });
});

it('returns the connection after a failure, and closes a broken one', async () => {
  for (let round = 0; round < 20; round += 1) {
    await expect(inSnapshot(database.pool, (client) => client.query('select 1 / 0'))).rejects.toThrow(
      'division by zero',
    );
  }
  const breaking = inSnapshot(database.pool, (client) => client.query('select pg_terminate_backend(pg_backend_pid())'));
  await expect(breaking).rejects.toThrow();
  const { rows } = await database.pool.query('select 1 as alive');
  expect(rows).toEqual([{ alive: 1 }]);
});

describe('a signal that fires', () => {
  const runs = async (text: string) => {
    const { rows } = await database.pool.query<{ runs: boolean }>(
      `select exists (select from pg_stat_activity where state = 'active' and query = $1) as runs`,
      [text],
    );
    return rows[0]!.runs;
  };

  it('keeps the next statement from being sent, when it fires between two', async () => {
    const leaving = new AbortController();
    const sent: string[] = [];
    const reading = inSnapshot(
      database.pool,
      async (client) => {
        await client.query('select 1');
        leaving.abort();
        await client.query('select pg_sleep(60)').finally(() => sent.push('settled'));
      },
      { signal: leaving.signal },
    );
    await expect(reading).rejects.toMatchObject({ code: 'query_timeout' });
    expect(sent).toEqual(['settled']);
  });

  it('keeps cancelling until the work has settled, because the first cancellation can come too early', async () => {
    const stubborn = `do $$ begin perform pg_sleep(60); exception when query_canceled then perform pg_sleep(60); end $$`;
    const leaving = new AbortController();
    const reading = inSnapshot(database.pool, (client) => client.query(stubborn), { signal: leaving.signal });
    const outcome = expect(reading).rejects.toMatchObject({ code: '57014' });
    await eventually(() => runs(stubborn), 'the statement runs');
    leaving.abort();
    await outcome;
    expect(await runs(stubborn)).toBe(false);
  });
});

it('waits for a connection instead of reporting the database as unreachable', async () => {
  const small = createPool(database.url, silent, { max: 3, statementTimeoutMs: 30_000, applicationName: 'small' });
  try {
    const first = inSnapshot(small, (client) => client.query('select pg_sleep(6)'));
    const others = Array.from({ length: 5 }, () => inSnapshot(small, (client) => client.query('select 1')));
    await Promise.all([first, ...others]);
    expect(small.totalCount).toBe(1);
  } finally {
    await small.end();
  }
});

it('leaves the queue when the signal fires', async () => {
  const small = createPool(database.url, silent, { max: 3, statementTimeoutMs: 30_000, applicationName: 'small' });
  const [working, leaving] = [new AbortController(), new AbortController()];
  try {
    const first = inSnapshot(small, (client) => client.query('select pg_sleep(60)'), { signal: working.signal });
    const second = inSnapshot(small, (client) => client.query('select 1'), { signal: leaving.signal });
    leaving.abort();
    await expect(second).rejects.toMatchObject({ code: 'too_many_queries' });
    working.abort();
    await expect(first).rejects.toThrow();
  } finally {
    await small.end();
  }
});

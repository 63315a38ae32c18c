/** Regular expressions of filters: which are refused, and that the database takes no harm. */
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkPatterns, patternsOf } from '../src/query/check-patterns.js';
import { inSnapshot } from '../src/query/in-snapshot.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('finds the patterns of a filter at every depth, and no other texts', () => {
  const filter = {
    op: 'and' as const,
    filters: [
      { op: 'matches' as const, dimension: 'path' as const, values: ['a', null, 'b'] },
      { op: 'is' as const, dimension: 'path' as const, values: ['no'] },
      { op: 'not' as const, filter: { op: 'matches_not' as const, dimension: 'path' as const, values: ['c'] } },
    ],
  };
  expect(patternsOf(filter)).toEqual(['a', 'b', 'c']);
  expect(patternsOf(undefined)).toEqual([]);
});

it('accepts what Postgres understands', async () => {
  await checkPatterns(database.pool, ['', '^/blog/[0-9]{4}', 'a|b', '\\d+$', "'; drop table events; --"]);
});

it.each([
  ['(', 'parentheses () not balanced'],
  ['[a', 'brackets [] not balanced'],
  ['*a', 'quantifier operand invalid'],
  ['a{2,1}', 'invalid repetition count(s)'],
  ['a\0b', 'it has a character that no text has'],
])('refuses %j and says why', async (pattern, reason) => {
  await expect(checkPatterns(database.pool, ['fine', pattern])).rejects.toMatchObject({
    code: 'invalid_request',
    message: `${JSON.stringify(pattern)} is not a regular expression: ${reason}`,
    details: { field: 'filters' },
  });
});

it.each([`${'('.repeat(6)}a{1,255}${'){1,255}'.repeat(6)}`, '(x{1,200}){1,200}'])(
  'refuses %s as too complex rather than working on it without end',
  async (bomb) => {
    await expect(checkPatterns(database.pool, [bomb])).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(/too complex/),
    });
    const { rows } = await database.pool.query('select 1 as alive');
    expect(rows).toEqual([{ alive: 1 }]);
  },
);

it('runs a snapshot read-only, repeatable, and with its own time limit when asked', async () => {
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

it('gives the connection back after a failure, and closes one that broke', async () => {
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

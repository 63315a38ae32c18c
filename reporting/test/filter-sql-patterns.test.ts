/** Which regular expressions in filters are refused, to protect the database. */
import { createPool } from '@millrace/shared/platform/postgres';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkPatterns, patternsOf } from '../src/query-request/check-patterns.js';
import { inSnapshot } from '../src/reading/in-snapshot.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('finds the patterns at every depth of a filter, and no other texts', () => {
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
  ['a\0b', 'it contains a NUL character'],
])('refuses %j and says why', async (pattern, reason) => {
  await expect(checkPatterns(database.pool, ['fine', pattern])).rejects.toMatchObject({
    code: 'invalid_request',
    message: `${JSON.stringify(pattern)} is not a valid regular expression: ${reason}`,
    details: { field: 'filters' },
  });
});

it.each([`${'('.repeat(6)}a{1,255}${'){1,255}'.repeat(6)}`, '(x{1,200}){1,200}'])(
  'refuses %s as too complex instead of running without end',
  async (bomb) => {
    await expect(checkPatterns(database.pool, [bomb])).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(/too complex/),
    });
    const { rows } = await database.pool.query('select 1 as alive');
    expect(rows).toEqual([{ alive: 1 }]);
  },
);

/** Each is allowed on its own, but together they take many seconds. */
const manySlow = Array.from({ length: 2_000 }, (_, index) => `(a{1,60}){1,40}|${index}`);

it('refuses patterns that together take more than a second, instead of allowing a second for each', async () => {
  await checkPatterns(database.pool, manySlow.slice(0, 1));
  await expect(checkPatterns(database.pool, manySlow, { field: 'steps' })).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringMatching(/too complex/),
    details: { field: 'steps' },
  });
});

it('checks thousands of plain patterns, and finds the only invalid one', async () => {
  const plain = Array.from({ length: 2_000 }, (_, index) => `^/page/${index}$`);
  await checkPatterns(database.pool, plain);
  await expect(checkPatterns(database.pool, [...plain.slice(0, 1_234), '(', ...plain])).rejects.toMatchObject({
    message: '"(" is not a valid regular expression: parentheses () not balanced',
  });
});

it('names the invalid pattern even when it waits longer for a connection than the check is allowed to take', async () => {
  // Two connections of the pool are reserved, which leaves a single one.
  const pool = createPool(database.url, silent, { max: 3, statementTimeoutMs: 60_000, applicationName: 'busy' });
  const holding = inSnapshot(pool, (client) => client.query('select pg_sleep(1.5)'));
  await expect(checkPatterns(pool, ['fine', '(', 'fine as well'])).rejects.toMatchObject({
    message: '"(" is not a valid regular expression: parentheses () not balanced',
  });
  await holding;
  await pool.end();
});

it('stops checking when the client disconnects', async () => {
  const leaving = new AbortController();
  const checking = checkPatterns(database.pool, manySlow, { signal: leaving.signal });
  leaving.abort();
  await expect(checking).rejects.toMatchObject({ code: 'query_timeout' });
});

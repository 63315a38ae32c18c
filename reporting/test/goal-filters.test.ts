/** Paths of goals, including odd ones, match the same in a query as by definition: Postgres evaluates each. */

import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goalFilters } from '../src/goals/goal-filters.js';
import { filterSql } from '../src/query/filter-sql.js';
import { parseFilters } from '../src/query-request/parse-filters.js';
import { createSqlParameters } from '../src/reading/sql-parameters.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const goal = (path: string | null, event_type: string | null = null) => goalFilters({ event_type, path });
const onPath = (path: string) => goal(path)[1];

describe('a path becomes the cheapest equivalent filter', () => {
  it.each([
    ['/thanks', ['is', 'path', ['/thanks']]],
    ['/a.b?c=(d)[e]{2}|^$+\\', ['is', 'path', ['/a.b?c=(d)[e]{2}|^$+\\']]],
    ['/docs/**', ['starts_with', 'path', ['/docs/']]],
    ['/docs/***', ['starts_with', 'path', ['/docs/']]],
    ['**.pdf', ['ends_with', 'path', ['.pdf']]],
    ['**/checkout/**', ['contains', 'path', ['/checkout/']]],
    ['/thanks/*', ['matches', 'path', ['^/thanks/[^/]*$']]],
    ['/a/*/b.html', ['matches', 'path', ['^/a/[^/]*/b\\.html$']]],
    ['/a/**/b', ['matches', 'path', ['^/a/.*/b$']]],
    ['*', ['matches', 'path', ['^[^/]*$']]],
    ['**', undefined],
    ['****', undefined],
  ])('%s', (path, filter) => expect(onPath(path)).toEqual(filter));
});

it('a goal with only a page counts its views, and one with only a type all of its events', () => {
  expect(goal('/thanks')).toEqual([
    ['is', 'event_type', ['view']],
    ['is', 'path', ['/thanks']],
  ]);
  expect(goal(null, 'signup')).toEqual([['is', 'event_type', ['signup']]]);
  expect(goal('/join', 'signup')).toEqual([
    ['is', 'event_type', ['signup']],
    ['is', 'path', ['/join']],
  ]);
});

it('refuses a path whose regular expression would be too long for a query', () => {
  expect(() => goal(`/${'.'.repeat(130)}/*`)).toThrow('path is too long: with * in it');
  expect(goal(`/${'.'.repeat(2_000)}/**`)[1]![0]).toBe('starts_with');
});

async function fits(path: string, candidates: string[]): Promise<boolean[]> {
  const filters = goal(path).slice(1);
  const filter = parseFilters(filters, ['filters']) ?? { op: 'and', filters: [] };
  const parameters = createSqlParameters('any');
  const list = parameters.add(candidates, 'text[]');
  const condition = filterSql(filter, () => ({ sql: 'path', nullable: false }), parameters);
  const { rows } = await database.pool.query<{ fits: boolean }>(
    `select ${condition} as fits from unnest(${list}) with ordinality as given(path, place) order by place`,
    parameters.values,
  );
  return rows.map((row) => row.fits);
}

describe('every character but the star stands for itself', () => {
  const odd = '\\^$.|?+()[]{}-#&~"\'/%_ \n\tä😀1dwmyAZb';
  it.each([...odd])('%j', async (character) => {
    for (const before of ['', '(', '[', '{1', '\\', '(?', '[^']) {
      const text = `${before}${character}`;
      const found = await fits(`/${text}*${text}`, [`/${text}${text}`, `/${text}-${text}`, `/${text}x`, `/x${text}`]);
      expect(found).toEqual([true, true, false, false]);
    }
  });
});

/** The meaning of a path, by a walk instead of a regular expression. */
function means(path: string, text: string): boolean {
  const stars = /^\*+/.exec(path)?.[0];
  if (stars === undefined)
    return path === '' ? text === '' : path[0] === text[0] && means(path.slice(1), text.slice(1));
  const rest = path.slice(stars.length);
  for (let length = 0; length <= text.length; length += 1) {
    if (stars.length === 1 && text.slice(0, length).includes('/')) return false;
    if (means(rest, text.slice(length))) return true;
  }
  return false;
}

it('random paths of stars and odd characters match like the walk', async () => {
  const random = createRandom(36);
  const oneOf = (letters: string) => letters[Math.floor(random() * letters.length)]!;
  const word = (letters: string) => Array.from({ length: Math.floor(random() * 7) }, () => oneOf(letters)).join('');
  for (let round = 0; round < 300; round += 1) {
    const path = `${word('/a.*\\[*')}${oneOf('/a.*\\[*')}`;
    const texts = Array.from({ length: 30 }, () => word('/a.\\[\n'));
    expect([path, await fits(path, texts)]).toEqual([path, texts.map((text) => means(path, text))]);
  }
});

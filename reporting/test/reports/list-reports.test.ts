/** The history of reports, page by page. */
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openReportsApi, type ReportsApi } from './reports-api.js';

let database: TestDatabase;
let api: ReportsApi;

beforeAll(async () => {
  database = await createTestDatabase();
  api = await openReportsApi(database);
});
afterAll(async () => {
  await api.close();
  await database.drop();
});

const add = (title: string, createdAt: string) =>
  database.pool.query(
    `insert into reports (site_id, id, origin, title, dataset, format, first_day, last_day, timezone, created_at)
    select 'shop', id, id, $1, 'events', 'csv', '2026-06-01', '2026-06-01', 'UTC', $2 from gen_random_uuid() as id`,
    [title, createdAt],
  );

const page = async (query: object) => (await api.call('get', '/reports').query(query).expect(200)).body;
const titles = ({ reports }: { reports: { title: string }[] }) => reports.map(({ title }) => title);

it('continues where a page ended, whatever was added in between', async () => {
  await add('oldest', '2026-06-01T10:00:00.000001Z');
  await add('twin', '2026-06-01T10:00:00.000002Z');
  await add('twin', '2026-06-01T10:00:00.000002Z');
  await add('newest', '2026-06-02T10:00:00Z');
  const first = await page({ limit: 2 });
  expect([titles(first), first.total]).toEqual([['newest', 'twin'], 4]);
  await add('late', '2026-06-03T10:00:00Z');
  const second = await page({ limit: 2, after: first.next });
  expect(titles(second)).toEqual(['twin', 'oldest']);
  expect(second).toMatchObject({ total: 5, pagination: { limit: 2, offset: 0 }, next: null });
  const ids = [...first.reports, ...second.reports].map(({ id }) => id);
  expect(new Set(ids).size).toBe(4);
  expect(titles(await page({ limit: 2, offset: 1 }))).toEqual(['newest', 'twin']);
});

it('refuses a cursor that is not the end of a page', async () => {
  const ends = ['2026-02-30T10:00:00.000000Z', '2026-02-28T24:00:00.000000Z', '0000-01-01T10:00:00.000000Z'];
  const cursors = ['2026-06-01 1', ...ends.map((end) => `${end} 00000000-0000-4000-8000-000000000000`)];
  const given = ['x', ...cursors.map((cursor) => Buffer.from(cursor).toString('base64url'))];
  for (const [path, after] of ['/reports', '/exports'].flatMap((list) => given.map((each) => [list, each] as const))) {
    const { body } = await api.call('get', path).query({ after }).expect(400);
    expect(body.error).toMatchObject({
      message: 'after must be the value of next from an earlier response',
      details: { field: 'after' },
    });
  }
});

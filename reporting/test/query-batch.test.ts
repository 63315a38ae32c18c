/** `POST /api/v1/query/batch`: what it accepts, what it refuses, and how it names the problem. */
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createKey } from '@millrace/shared/access/keys';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDocumentedApp, createJudge } from './documented-app.js';

let database: TestDatabase;
let app: Express;
const judge = createJudge();
const clock = () => new Date('2025-11-16T12:00:00Z');

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  await database.pool.query(`insert into sites (site_id, timezone) values ('demo', 'Europe/Berlin')`);
  await database.pool.query(`insert into events (site_id, timestamp, event_id, event_type, path, user_id, properties)
    select 'demo', '2025-11-14T10:00:00Z'::timestamptz + n * interval '1 hour', gen_random_uuid(),
      case when n % 3 = 0 then 'click' else 'view' end, '/' || n % 5, 'u' || n % 4, jsonb_build_object('plan', 'p' || n % 2)
    from generate_series(0, 40) as n`);
  app = buildDocumentedApp(database.pool, { clock }).app;
});
afterAll(() => database.drop());

const ask = (body: unknown, of = app) =>
  request(of).post('/api/v1/query/batch').set('content-type', 'application/json').send(JSON.stringify(body));
const common = { site_id: 'demo', date_range: ['2025-11-14', '2025-11-16'] };
const top = (more: object = {}) => ({ metrics: ['views', 'visitors'], dimensions: ['path'], ...more });
const batch = (queries: unknown, more: object = {}) => ({ ...common, ...more, queries });

/** The filters with which each query is sent separately. */
async function expectAsAlone(queries: Record<string, unknown>[], more: Record<string, unknown> = {}) {
  const { body } = await ask(batch(queries, more)).expect(200);
  expect(judge('Batch', batch(queries, more))).toBeUndefined();
  expect(judge('BatchAnswer', body)).toBeUndefined();
  for (const [index, { id, filters = [], include = {}, limit, offset, ...own }] of queries.entries()) {
    const single = {
      ...{ ...common, ...more, ...own },
      filters: [...((more.filters as unknown[]) ?? []), ...(filters as unknown[])],
      include: { ...(more.include as object), ...(include as object) },
      ...((limit ?? offset) !== undefined && { pagination: { limit, offset } }),
    };
    const alone = await request(app).post('/api/v1/query').send(single).expect(200);
    const elapsed = { elapsed_ms: expect.any(Number) };
    const expected = { ...alone.body, meta: { ...alone.body.meta, ...elapsed }, ...(id !== undefined && { id }) };
    expect(body.results[index]).toEqual(expected);
  }
}

describe('an answer', () => {
  it('equals that of each query sent separately with both sets of filters', () =>
    expectAsAlone(
      [
        top({ id: 'paths' }),
        top({ filters: [['is', 'property:plan', ['p1']]], order_by: [['visitors', 'asc']], limit: 2, offset: 1 }),
        { metrics: ['events'], include: { total_rows: true } },
        { metrics: ['share', 'views_per_visitor'], dimensions: ['property:plan', 'time:day'] },
      ],
      { filters: [['is', 'event_type', ['view']]], timezone: 'Asia/Kolkata', week_start: 'sunday' },
    ));

  it('has comparisons, names and labels as requested by all queries or by one', () =>
    expectAsAlone(
      [
        top({ pagination: { limit: 3 } }),
        { metrics: ['views'], dimensions: ['time:day'], include: { time_labels: true, names: false } },
        top({ include: { comparison: ['2025-11-14', '2025-11-14'] } }),
      ],
      { include: { comparison: 'previous_period', names: true } },
    ));

  it('comes as lines if the client accepts them', async () => {
    const sent = batch([top({ id: 'a' }), { metrics: ['events'] }]);
    const { text } = await ask(sent)
      .set('accept', 'application/x-ndjson')
      .buffer()
      .parse((res, done) => {
        let whole = '';
        res.on('data', (chunk) => (whole += chunk)).on('end', () => done(null, whole));
      })
      .expect(200)
      .expect('content-type', 'application/x-ndjson')
      .then(({ body }) => ({ text: body as string }));
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const line of lines) expect(judge('BatchLine', line)).toBeUndefined();
    expect(lines.map(({ index, id, meta }) => [index, id, meta.queries])).toEqual([
      [0, 'a', undefined],
      [1, undefined, undefined],
      [undefined, undefined, 2],
    ]);
    expect((await ask(sent).set('accept', '*/*')).type).toBe('application/json');
  });
});

const many = Array.from({ length: 51 }, () => top());

describe('a problem is refused before anything is read', () => {
  it.each([
    ['the body', 'x', ''],
    ['no queries', { ...common }, 'queries'],
    ['an empty list', batch([]), 'queries'],
    ['too many queries', batch(many), 'queries'],
    ['a query that is not an object', batch([top(), 7]), 'queries.1'],
    ['a metric', batch([top(), top(), top(), top({ metrics: ['bounces'] })]), 'queries.3.metrics'],
    ['no metrics', batch([{}]), 'queries.0.metrics'],
    ['a range in a query', batch([top({ date_range: '7d' })]), 'queries.0.date_range'],
    ['an unknown field of a query', batch([top({ site: 'x' })]), 'queries.0.site'],
    ['an unknown field of the batch', batch([top()], { metrics: ['views'] }), 'metrics'],
    ['its own filter', batch([top(), top({ filters: [['is', 'x', ['y']]] })]), 'queries.1.filters'],
    ['a common filter', batch([top()], { filters: [['is', 'x', ['y']]] }), 'filters'],
    ['the common range', batch([top()], { date_range: 'ever' }), 'date_range'],
    ['an order', batch([top({ order_by: [['events', 'asc']] })]), 'queries.0.order_by'],
    ['a limit', batch([top({ limit: 0 })]), 'queries.0.limit'],
    ['a duplicate limit', batch([top({ limit: 1, pagination: { limit: 1 } })]), 'queries.0.limit'],
    ['an id', batch([top({ id: '' })]), 'queries.0.id'],
    ['a duplicate id', batch([top({ id: 'a' }), top({ id: 'a' })]), 'queries.1.id'],
    ['include', batch([top({ include: { rows: true } })]), 'queries.0.include.rows'],
    [
      'too many buckets',
      batch([top(), top({ dimensions: ['time:minute'] })], { date_range: '90d' }),
      'queries.1.dimensions',
    ],
    ['a pattern', batch([top(), top({ filters: [['matches', 'path', ['(']]] })]), 'queries.1.filters'],
    ['a common pattern', batch([top()], { filters: [['matches', 'path', ['(']]] }), 'filters'],
  ])('%s', async (_name, body, field) => {
    const answer = await ask(body).set('accept', 'application/x-ndjson').expect(400);
    expect(judge('Error', answer.body)).toBeUndefined();
    expect(answer.body.error).toMatchObject({ code: 'invalid_request', details: { field } });
    const { message } = answer.body.error;
    if (!message.includes('regular expression')) expect(message).toContain(field);
  });

  it('conditions of both filters are counted together', async () => {
    const conditions = Array.from({ length: 30 }, () => ['is', 'path', ['/']]);
    const { body } = await ask(batch([top({ filters: conditions })], { filters: conditions })).expect(400);
    expect(body.error.details).toEqual({ field: 'queries.0.filters' });
  });

  it('__proto__ is not accepted anywhere', async () => {
    const text = JSON.stringify(batch([top()])).replace('"metrics"', '"__proto__":{},"metrics"');
    const post = request(app).post('/api/v1/query/batch').set('content-type', 'application/json');
    expect((await post.send(text).expect(400)).body.error.details).toEqual({ field: 'queries.0.__proto__' });
  });
});

it('a key that is limited to a site reads no other', async () => {
  const keys = createKeyRing(database.pool, silent);
  const { key } = await createKey(database.pool, { name: 'demo', scopes: ['read'], siteId: 'demo' });
  const limited = buildDocumentedApp(database.pool, { keys }).app;
  const of = (siteId: string) =>
    ask({ ...batch([top()]), site_id: siteId }, limited).set('authorization', `Bearer ${key}`);
  await of('demo').expect(200);
  expect((await of('other').expect(403)).body.error.code).toBe('forbidden');
  await ask(batch([top()]), limited).expect(401);
  await keys.close();
});

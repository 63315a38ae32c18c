/** Queries with names of the Plausible Stats API v2, rows as objects, and unknown sites. */
import type { EventContext } from '@millrace/shared/contract/event-columns';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDocumentedApp, createJudge } from './documented-app.js';
import { type StoredEvent, storeEvents } from './random-events.js';

let database: TestDatabase;
let app: Express;
const judge = createJudge();

const found = { country: 'DE', source: 'Search', channel: 'Organic Search' };
const event = (
  path: string,
  referrer: string | null,
  properties: StoredEvent['properties'],
  user: string,
  context: EventContext = {},
) => ({
  ...context,
  timestamp: new Date('2025-11-14T10:00:00Z'),
  event_type: 'view',
  path,
  user_id: user,
  profile_id: null,
  referrer,
  properties,
});

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  await database.pool.query(`insert into sites (site_id) values ('demo')`);
  await storeEvents(database.pool, 'demo', [
    event('/', 'https://search.example/q', { plan: 'pro' }, 'ada', found),
    event('/', 'https://search.example/', null, 'bob', found),
    event('/a', null, null, 'ada', { country: 'FR', channel: 'Direct' }),
    { ...event('/a', null, null, 'eve'), event_type: 'event:page' },
    { ...event('/a', null, null, 'eve'), event_type: 'page' },
  ]);
  app = buildDocumentedApp(database.pool).app;
});
afterAll(() => database.drop());

const day = ['2025-11-14', '2025-11-14'];
const post = (address: string, body: object) =>
  request(app)
    .post(address)
    .send({ site_id: 'demo', ...body });
const ask = (body: object) => post('/api/v1/query', { date_range: day, ...body });

async function answered(body: object) {
  const answer = await ask(body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  expect(judge('Answer', answer.body)).toBeUndefined();
  expect(judge('Query', { site_id: 'demo', date_range: day, ...body })).toBeUndefined();
  return answer.body;
}

describe('names of the Plausible Stats API v2', () => {
  it('are answered like ours', async () => {
    const { results, query } = await answered({
      metrics: ['visitors', 'pageviews', 'percentage'],
      dimensions: ['event:page', 'visit:source', 'visit:country'],
      filters: [
        ['is', 'visit:country', ['DE', 'FR']],
        ['not', ['and', [['contains', 'event:page', ['X'], { case_sensitive: false }]]]],
      ],
      order_by: [
        ['pageviews', 'desc'],
        ['event:page', 'asc'],
      ],
      include: { imports: true, total_rows: true },
    });
    expect(results).toEqual([
      { dimensions: ['/', 'Search', 'DE'], metrics: [2, 2, 100] },
      { dimensions: ['/a', 'Search', 'DE'], metrics: [1, 1, 50] },
    ]);
    expect(query).toMatchObject({
      metrics: ['visitors', 'views', 'share'],
      dimensions: ['path', 'visit:source', 'visit:country'],
      filters: [
        ['is', 'visit:country', ['DE', 'FR']],
        ['not', ['and', [['contains', 'path', ['X'], { case_sensitive: false }]]]],
      ],
      order_by: [
        ['views', 'desc'],
        ['path', 'asc'],
      ],
    });
  });
  it.each([
    [['contains', 'event:page', ['A'], { case_sensitive: false }], 3],
    [['contains_not', 'event:page', ['a']], 2],
    [['matches', 'visit:referrer', ['^search[.]']], 3],
    [['matches_not', 'visit:source', ['^S']], 2],
    [['is_set', 'visit:source'], 3],
    [['is_not_set', 'referrer'], 3],
    [['is', 'event:name', ['page']], 1],
    [['is', 'event:props:plan', ['pro']], 1],
    [['is_not', 'event:props:plan', ['pro']], 4],
    [
      [
        'and',
        [
          ['is', 'visit:country', ['DE']],
          ['not', ['is', 'event:props:plan', ['pro']]],
        ],
      ],
      2,
    ],
  ])('filter: %j', async (filters, events) => {
    const { results } = await answered({ metrics: ['events'], filters });
    expect(results).toEqual([{ dimensions: [], metrics: [events] }]);
  });
  it.each([
    [day, 'time:hour'],
    ['24h', 'time:hour'],
    [['2025-11-01', '2025-11-30'], 'time:day'],
    ['7d', 'time:day'],
    ['month', 'time:day'],
    [['2025-01-01', '2025-12-31'], 'time:month'],
    ['12mo', 'time:month'],
    [['2025-11-14T10:00:00Z', '2025-11-14T11:00:00Z'], 'time:hour'],
    ['realtime', 'time:minute'],
  ])('time of %j is %s', async (date_range, unit) => {
    const { query } = await answered({ metrics: ['events'], dimensions: ['time'], date_range });
    expect(query.dimensions).toEqual([unit]);
  });
  it('stay metrics of event types when they are in the list of metrics', async () => {
    const body = { metrics: ['event:page', 'event:event:page'], dimensions: ['event:page'] };
    const { results } = await answered({ ...body, order_by: [['event:page', 'desc']] });
    expect(results[0]).toEqual({ dimensions: ['/a'], metrics: [1, 1] });
  });
  it.each([
    [{ metrics: ['visitors', 'scroll_depth'] }, 'metrics[1] is not measured; use events, views, visitors, visits'],
    [{ metrics: ['conversion_rate'] }, 'for conversions use POST /api/v1/funnel'],
    [{ metrics: ['events'], dimensions: ['visit:entry_page_hostname'] }, 'use entry_page or exit_page'],
    [{ metrics: ['events'], dimensions: ['event:goal'] }, 'filter by the event_type and path of the goal'],
    [
      { metrics: ['events'], filters: [['is', 'event:goal', ['Signup']]] },
      'filter by the event_type and path of the goal',
    ],
    [{ metrics: ['events'], include: { imports: false } }, 'events of imported logs always count'],
    [{ metrics: ['views', 'pageviews'] }, 'metrics[1] repeats views under another name'],
    [
      { metrics: ['events'], dimensions: ['event:hostname', 'hostname'] },
      'dimensions[1] repeats hostname under another name',
    ],
    [{ metrics: ['events'], dimensions: ['time', 'time:day'] }, 'dimensions must have at most one time dimension'],
    [{ metrics: ['events'], dimensions: ['constructor'] }, 'dimensions[0] is "constructor", which is not a dimension'],
    [
      { metrics: ['events'], dimensions: ['event:props:'] },
      'dimensions[0] is "event:props:", which is not a dimension',
    ],
  ])('%j is refused with an alternative', async (body, message) => {
    const answer = await ask(body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain(message);
  });
});

describe('rows as objects', () => {
  it('have the names that the client sent', async () => {
    const { results } = await answered({
      metrics: ['pageviews', 'event:page'],
      dimensions: ['event:page', 'property:plan'],
      include: { names: true, comparison: ['2025-11-13', '2025-11-13'] },
      pagination: { limit: 1 },
    });
    expect(results).toEqual([
      {
        dimensions: { 'event:page': '/', 'property:plan': 'pro' },
        metrics: { pageviews: 1, 'event:page': 0 },
        comparison: {
          dimensions: { 'event:page': '/', 'property:plan': 'pro' },
          metrics: { pageviews: 0, 'event:page': 0 },
          change: { pageviews: null, 'event:page': 0 },
        },
      },
    ]);
  });
});

describe('an unknown site', () => {
  const zero = { site_id: 'demmo' };
  it('has zeros, and is reported as unknown', async () => {
    const query = await answered({ ...zero, metrics: ['views', 'visitors'] });
    expect(query).toMatchObject({ results: [{ dimensions: [], metrics: [0, 0] }], meta: { site_known: false } });
    const step = { filters: ['is', 'path', ['/']] };
    const funnel = await post('/api/v1/funnel', { ...zero, date_range: day, steps: [step, step] }).expect(200);
    expect(judge('FunnelAnswer', funnel.body)).toBeUndefined();
    expect(funnel.body).toMatchObject({ steps: [{ users: 0 }, { users: 0 }], meta: { site_known: false } });
    const retention = await request(app)
      .get('/api/v1/retention?site_id=demmo&period=week&date_range=2025-11-14,2025-11-14')
      .expect(200);
    expect(judge('RetentionAnswer', retention.body)).toBeUndefined();
    expect(retention.body).toMatchObject({ cohorts: [{ size: 0 }], meta: { site_known: false } });
    await request(app).get('/stats?site_id=demmo').expect(200, {
      site_id: 'demmo',
      date: null,
      total_views: 0,
      unique_users: 0,
      top_paths: [],
    });
  });
  it('differs from a known site without events', async () => {
    await database.pool.query(`insert into sites (site_id) values ('empty')`);
    expect((await answered({ site_id: 'empty', metrics: ['views'] })).meta.site_known).toBe(true);
  });
});

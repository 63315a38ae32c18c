/** What the document says of requests and answers is what the routes do. */
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeApi } from '../src/openapi/describe-api.js';
import { buildDocumentedApp, createJudge } from './documented-app.js';

let database: TestDatabase;
let app: Express;
const judge = createJudge();

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  await database.pool.query(`insert into sites (site_id, name) values ('demo', 'Demo')`);
  await database.pool.query(`insert into events (site_id, timestamp, event_id, event_type, path, user_id)
    select 'demo', '2025-11-14T10:00:00Z'::timestamptz + n * interval '1 hour', gen_random_uuid(), 'view', '/' || n, 'u'
    from generate_series(0, 20) as n`);
  app = buildDocumentedApp(database.pool).app;
});
afterAll(() => database.drop());

const post = (address: string, body: unknown) =>
  request(app).post(address).set('content-type', 'application/json').send(JSON.stringify(body));
const patch = (body: unknown) =>
  request(app).patch('/api/v1/sites/demo').set('content-type', 'application/json').send(JSON.stringify(body));

const days = ['2025-11-14', '2025-11-15'];
const query = (more: Record<string, unknown> = {}) => ({
  site_id: 'demo',
  metrics: ['views', 'visitors'],
  date_range: days,
  ...more,
});
const step = { filters: ['is', 'path', ['/1']] };
const funnel = (more: Record<string, unknown> = {}) => ({
  site_id: 'demo',
  date_range: days,
  steps: [step, step],
  ...more,
});
const returns = (more: Record<string, unknown> = {}) => ({
  site_id: 'demo',
  date_range: days,
  period: 'week',
  ...more,
});
const journeys = (more: Record<string, unknown> = {}) => ({ site_id: 'demo', date_range: days, ...more });
const filtered = (...filters: unknown[]) => query({ filters });

const goodQueries = [
  query(),
  query({ date_range: '7d', timezone: 'Asia/Kolkata' }),
  query({ date_range: '45d', week_start: 'sunday', dimensions: ['time:week'] }),
  query({ date_range: 'last_quarter', dimensions: ['time:quarter'] }),
  query({
    date_range: 'week',
    dimensions: ['time:day'],
    include: { comparison: 'year_over_year', match: 'weekday' },
  }),
  query({ date_range: ['2025-11-14T00:00:00Z', '2025-11-14T12:00:00.5+02:00'] }),
  query({ dimensions: ['time:day', 'path'], metrics: ['event:a b', 'share', 'views_per_visitor'] }),
  query({ dimensions: ['property:a.b', 'referrer'], order_by: [['property:a.b', 'asc']] }),
  query({ metrics: ['p99:property:a.b', 'views'], dimensions: ['path'], order_by: [['p99:property:a.b', 'asc']] }),
  query({ metrics: ['sum:property:n'], date_range: 'week', include: { comparison: 'previous_period' } }),
  query({ include: { comparison: 'previous_period', total_rows: true, time_labels: true }, dimensions: ['time:day'] }),
  query({ include: { comparison: ['2025-01-01', '2025-01-02'] }, pagination: { limit: 1, offset: 0 } }),
  filtered('is', 'path', ['/', null]),
  filtered(['contains', 'path', ['']], ['not', ['matches_not', 'event_type', ['^v']]]),
  filtered('or', [
    ['is', 'profile_id', [null]],
    ['and', [['contains_not', 'property:x', ['😀']]]],
  ]),
  filtered('contains', 'path', ['A'], { case_sensitive: false }),
  filtered(['is_set', 'user_id'], ['is_not_set', 'property:a.b'], ['starts_with_not', 'session_id', ['x']]),
  filtered('between', 'property:n', [1, '12345678901234567890.5']),
  query({ filters: [] }),
];
const badQueries = [
  {},
  [],
  'query',
  query({ site_id: 'a b' }),
  query({ metrics: [] }),
  query({ metrics: ['exit_rate'] }),
  query({ metrics: ['views', 'views'] }),
  query({ metrics: ['event:\0'] }),
  query({ metrics: ['p100:property:n'] }),
  query({ metrics: ['sum:property:'] }),
  query({ metrics: Array.from({ length: 11 }, (_, at) => `p${at + 1}:property:n`) }),
  query({ date_range: '0d' }),
  query({ date_range: '7D' }),
  query({ week_start: 'tuesday' }),
  query({ include: { match: 'week' } }),
  query({ date_range: ['2025-11-14'] }),
  query({ date_range: ['2025-11-14', '2025-11-15T00:00:00Z'] }),
  query({ date_range: ['yesterday', 'today'] }),
  query({ timezone: 7 }),
  query({ dimensions: ['time:decade'] }),
  query({ dimensions: ['time:day', 'time:hour'] }),
  query({ dimensions: ['property:'] }),
  query({ order_by: [['views', 'up']] }),
  query({ order_by: [['views']] }),
  query({ include: { rows: true } }),
  query({ include: { comparison: 'last_week' } }),
  query({ pagination: { limit: 0 } }),
  query({ pagination: { limit: '1' } }),
  query({ limit: 1 }),
  filtered('is', 'visitor', ['x']),
  filtered('is_set', 'path', ['/']),
  filtered('greater', 'path', [1]),
  filtered('greater', 'property:n', ['1e5']),
  filtered('between', 'property:n', [1]),
  filtered('is', 'path', ['/'], { case_sensitive: 'no' }),
  filtered('is', 'path', []),
  filtered('is', 'path', '/'),
  filtered('contains', 'path', [null]),
  filtered('matches', 'path', ['x'.repeat(257)]),
  filtered('is', 'path', ['\ud800']),
  filtered('is', 'time:day', ['2025-11-14']),
  filtered('and', []),
  filtered('not', [['is', 'path', ['/']]]),
  filtered('equals', 'path', ['/']),
];
/** Right by the schema, refused by rules that no schema can tell; the descriptions do. */
const beyondSchema = [
  query({ date_range: '20000d' }),
  query({ date_range: ['2025-02-30', '2025-03-01'] }),
  query({ date_range: ['2025-11-15', '2025-11-14'] }),
  query({ timezone: 'Mars/Olympus' }),
  query({ order_by: [['events', 'asc']] }),
  query({ dimensions: ['time:minute'], date_range: ['2025-01-01', '2025-12-31'] }),
  filtered('matches', 'path', ['(a)\\1']),
  filtered('matches', 'path', ['(']),
  filtered('greater', 'property:n', [1e300]),
];

const goodFunnels = [
  funnel(),
  funnel({ date_range: 'week', week_start: 'sunday' }),
  funnel({ window: '24h', timezone: 'UTC', filters: [['is', 'event_type', ['view']]] }),
  funnel({
    steps: [
      { ...step, name: 'One' },
      {
        filters: [
          ['contains', 'path', ['/']],
          ['is_not', 'path', ['/9']],
        ],
      },
    ],
  }),
];
const badFunnels = [
  {},
  funnel({ steps: [step] }),
  funnel({ steps: Array.from({ length: 9 }, () => step) }),
  funnel({ steps: [step, { filters: [] }] }),
  funnel({ steps: [step, { name: '', ...step }] }),
  funnel({ steps: [step, {}] }),
  funnel({ window: '0d' }),
  funnel({ window: '1y' }),
  funnel({ metrics: ['views'] }),
  funnel({ filters: ['is', 'path', '/'] }),
];
const goodReturns = [
  returns(),
  returns({ period: 'day', first: step, returning: { filters: [['is', 'event_type', ['view']]] } }),
  returns({ period: 'month', date_range: 'year', breakdown: 'entry_page', breakdown_limit: 3, week_start: 'sunday' }),
];
const badReturns = [
  {},
  returns({ period: 'year' }),
  returns({ period: undefined }),
  returns({ first: {} }),
  returns({ first: { filters: [] } }),
  returns({ returning: { ...step, name: 'x' } }),
  returns({ breakdown_limit: 0 }),
  returns({ breakdown_limit: 51 }),
  returns({ steps: 2 }),
];
const goodJourneys = [
  journeys(),
  journeys({ steps: 6, limit: 1_000, dimension: 'event_type', filters: ['is', 'path', ['/1']] }),
  journeys({ start: step, timezone: 'Asia/Kolkata' }),
  journeys({ end: step, steps: 2 }),
];
const badJourneys = [
  {},
  journeys({ steps: 1 }),
  journeys({ steps: 7 }),
  journeys({ steps: 2.5 }),
  journeys({ limit: 1_001 }),
  journeys({ dimension: 'referrer' }),
  journeys({ start: step, end: step }),
  journeys({ start: { filters: [] } }),
  journeys({ period: 'week' }),
];
const goodChanges = [
  { name: 'Shop' },
  { name: null },
  { timezone: 'Europe/Berlin' },
  { name: 'x', timezone: 'UTC' },
  { path_rules: null },
  { path_rules: { keep_params: ['p'], trailing_slash: 'strip' } },
];
const badChanges = [
  {},
  [],
  null,
  { name: '' },
  { name: 7 },
  { name: 'a\0' },
  { timezone: null },
  { site_id: 'x' },
  { path_rules: { strip_query: 1 } },
  { path_rules: { keep_params: ['p', 'p'] } },
];

describe('what the schemas take, the routes take, and the answers are as described', () => {
  it.each([
    ...goodQueries.map((body) => ['Query', '/api/v1/query', body, 'Answer'] as const),
    ...goodFunnels.map((body) => ['Funnel', '/api/v1/funnel', body, 'FunnelAnswer'] as const),
    ...goodReturns.map((body) => ['Returns', '/api/v1/retention', body, 'ReturnsAnswer'] as const),
    ...goodJourneys.map((body) => ['Journeys', '/api/v1/journeys', body, 'JourneysAnswer'] as const),
  ])('%s: POST %s %j', async (schema, address, body, answer) => {
    expect(judge(schema, body)).toBeUndefined();
    const response = await post(address, body).expect(200);
    expect(judge(answer, response.body)).toBeUndefined();
  });
  it.each(goodChanges)('PATCH %j', async (body) => {
    expect(judge('SiteChange', body)).toBeUndefined();
    expect(judge('Site', (await patch(body).expect(200)).body)).toBeUndefined();
  });
});

describe('what the schemas refuse, the routes refuse', () => {
  it.each([
    ...badQueries.map((body) => ['Query', '/api/v1/query', body] as const),
    ...badFunnels.map((body) => ['Funnel', '/api/v1/funnel', body] as const),
    ...badReturns.map((body) => ['Returns', '/api/v1/retention', body] as const),
    ...badJourneys.map((body) => ['Journeys', '/api/v1/journeys', body] as const),
  ])('%s: POST %s %j', async (schema, address, body) => {
    expect(judge(schema, body)).toBeDefined();
    const response = await post(address, body).expect(400);
    expect(judge('Error', response.body)).toBeUndefined();
  });
  it.each(badChanges)('PATCH %j', async (body) => {
    expect(judge('SiteChange', body)).toBeDefined();
    expect(judge('Error', (await patch(body).expect(400)).body)).toBeUndefined();
  });
});

it.each(beyondSchema)('is refused by a rule that the schema cannot tell: %j', async (body) => {
  expect(judge('Query', body)).toBeUndefined();
  expect((await post('/api/v1/query', body).expect(400)).body.error.code).toBe('invalid_request');
});

it('the examples of the document are accepted', async () => {
  const { Query, DateRange, Filter } = describeApi().components.schemas;
  const { metrics, dimensions } = Query!.properties as Record<string, { examples: unknown[] }>;
  for (const body of [
    ...metrics!.examples.map((example) => query({ metrics: example })),
    ...dimensions!.examples.map((example) => query({ dimensions: example })),
    ...(DateRange!.examples as unknown[]).map((example) => query({ date_range: example })),
    ...(Filter!.examples as unknown[]).map((example) => query({ filters: example })),
  ]) {
    expect(judge('Query', body)).toBeUndefined();
    await post('/api/v1/query', body).expect(200);
  }
});

describe('parameters', () => {
  const values: Record<string, string> = {
    site_id: 'demo',
    metrics: 'views,visitors',
    date_range: '2025-11-14,2025-11-15',
    timezone: 'UTC',
    dimensions: 'path',
    filters: '["is","path",["/1"]]',
    order_by: '[["views","asc"]]',
    include: '{"total_rows":true}',
    pagination: '{"limit":5}',
    limit: '5',
    offset: '1',
    date: '2025-11-14',
    tz: 'UTC',
    period: 'week',
    week_start: 'sunday',
    page_size: '5',
    status: 'pending',
    from: '2025-11-14',
    to: '2025-11-15T00:00:00Z',
    kind: 'segment',
  };
  /** `next` of a page, and what stands for parameters that each dataset has of its own: see datasets-openapi.test.ts. */
  const notByThemselves = ['after', 'params'];
  interface Parameter {
    name: string;
    required?: boolean;
  }
  const operations = Object.entries(describeApi().paths).flatMap(([path, { get }]) => {
    const { parameters, responses } = (get ?? {}) as { parameters?: Parameter[]; responses?: object };
    const described = JSON.stringify(responses ?? {});
    const answer = /schemas\/(\w+)/.exec(described)?.[1];
    const each = parameters?.filter(({ name }) => !notByThemselves.includes(name));
    // Streams do not end: see live.test.ts here and operator-live.test.ts in e2e. Files have no schema: see export-stream.test.ts.
    const isStream = /text\/event-stream|octet-stream/.test(described);
    return each && !isStream
      ? [
          {
            path: path.replace('{id}', 'activity-trends').replace('{site_id}', 'demo'),
            parameters: each,
            answer: answer!,
          },
        ]
      : [];
  });

  it.each(operations)(
    'of $path are accepted, each by itself beside the required ones',
    async ({ path, parameters, answer }) => {
      const required = parameters.filter((parameter) => parameter.required);
      for (const { name } of [...required.slice(0, 1), ...parameters]) {
        const asked = Object.fromEntries(
          [...required.map((each) => each.name), name].map((each) => [each, values[each]]),
        );
        const { body } = await request(app).get(path).query(asked).expect(200);
        expect(judge(answer, body)).toBeUndefined();
      }
    },
  );
  it.each(operations)('of $path that are required are, and others are refused', async ({ path, parameters }) => {
    const required = parameters.filter((parameter) => parameter.required).map(({ name }) => name);
    const asked = Object.fromEntries(required.map((name) => [name, values[name]]));
    await request(app)
      .get(path)
      .query({ ...asked, other: '1' })
      .expect(400);
    for (const name of required) {
      await request(app)
        .get(path)
        .query({ ...asked, [name]: undefined })
        .expect(400);
    }
  });
});

it('one site, and health, are as described', async () => {
  expect(judge('Site', (await request(app).get('/api/v1/sites/demo')).body)).toBeUndefined();
  expect(judge('Health', (await request(app).get('/health')).body)).toBeUndefined();
  expect(judge('Status', (await request(app).get('/health/live')).body)).toBeUndefined();
});

/** `/api/v1/sites/:site_id/saved-views`: definitions follow the rules of the requests they are for. */
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createKey } from '@millrace/shared/access/keys';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildDocumentedApp, createJudge } from './documented-app.js';

let database: TestDatabase;
let app: Express;
const judge = createJudge();

beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(`insert into sites (site_id) values ('demo'), ('other')`);
  app = buildDocumentedApp(database.pool).app;
});
afterAll(() => database.drop());
beforeEach(async () => void (await database.pool.query('delete from saved_views')));

const path = '/api/v1/sites/demo/saved-views';
const send = (method: 'post' | 'put', address: string, body: unknown) =>
  request(app)
    [method](address)
    .set('content-type', 'application/json')
    .send(typeof body === 'string' ? body : JSON.stringify(body));
const post = (body: unknown, address = path) => send('post', address, body);
const list = async (query: object = {}, site = 'demo') =>
  (await request(app).get(`/api/v1/sites/${site}/saved-views`).query(query).expect(200)).body.saved_views;

const step = { filters: [['is', 'path', ['/']]] };
const definitions = {
  segment: { filters: [['is', 'country', ['DE']]] },
  funnel: {
    steps: [{ name: 'Start', ...step }, { filters: ['matches', 'path', ['^/a']] }],
    window: '24h',
    by: 'visit',
  },
  retention: { period: 'week', week_start: 'sunday', first: step, breakdown: 'country' },
  journeys: { start: step, steps: 4, dimension: 'event_type', include_bots: true },
};
type Kind = keyof typeof definitions;
const view = (kind: Kind, more: object = {}) => ({ kind, name: `My ${kind}`, definition: definitions[kind], ...more });

describe('a view', () => {
  it.each(Object.keys(definitions) as Kind[])('of kind %s is stored as it was sent', async (kind) => {
    expect(judge('NewSavedView', view(kind))).toBeUndefined();
    const { body } = await post(view(kind)).expect(201);
    expect(body).toEqual({ id: expect.any(String), ...view(kind), created_at: expect.any(String) });
    expect(judge('SavedView', body)).toBeUndefined();
    expect(await list()).toEqual([body]);
  });

  it('is listed by kind in order of creation, and deleted', async () => {
    const made = [];
    for (const kind of ['funnel', 'segment', 'funnel'] as const) made.push((await post(view(kind))).body);
    expect(await list()).toEqual(made);
    expect(await list({ kind: 'funnel' })).toEqual([made[0], made[2]]);
    expect(await list({ kind: 'journeys' })).toEqual([]);
    expect(await list({}, 'other')).toEqual([]);
    expect(judge('SavedViews', { saved_views: await list() })).toBeUndefined();
    await request(app).delete(`/api/v1/sites/other/saved-views/${made[1].id}`).expect(404);
    await request(app).delete(`${path}/${made[1].id}`).expect(204, '');
    await request(app).delete(`${path}/${made[1].id}`).expect(404);
    await request(app).get(path).query({ kind: 'report' }).expect(400);
    await request(app).get(path).query({ limit: '1' }).expect(400);
  });

  it('can change its name and definition, but not its kind', async () => {
    const { body } = await post(view('segment')).expect(201);
    const change = { name: 'Paid', definition: { filters: ['is', 'channel', ['paid']] } };
    expect(judge('SavedViewChange', change)).toBeUndefined();
    const replaced = await send('put', `${path}/${body.id}`, change).expect(200);
    const shown = { ...body, name: 'Paid', definition: { filters: [change.definition.filters] } };
    expect(replaced.body).toEqual(shown);
    await send('put', `${path}/${body.id}`, { ...change, kind: 'segment' }).expect(200);
    expect(await list()).toEqual([shown]);
    const { error } = (await send('put', `${path}/${body.id}`, view('funnel')).expect(400)).body;
    expect(error.details).toEqual({ field: 'kind' });
    const wrong = { name: 'x', definition: definitions.funnel };
    await send('put', `${path}/${body.id}`, wrong).expect(400);
    await send('put', `${path}/${body.id}`, { definition: change.definition }).expect(400);
    await send('put', `${path}/0190a5b0-7c3d-7000-8000-000000000000`, change).expect(404);
    await send('put', `/api/v1/sites/other/saved-views/${body.id}`, change).expect(404);
    await send('put', `${path}/x`, change).expect(404);
    expect(await list()).toEqual([shown]);
  });

  it('keeps every digit of its numbers', async () => {
    const digits = '12345678901234567890.5';
    const text = `{"kind":"segment","name":"x","definition":{"filters":[["greater","property:n",[${digits}]]]}}`;
    expect((await post(text).expect(201)).text).toContain(`[${digits}]`);
    expect((await request(app).get(path).expect(200)).text).toContain(`[${digits}]`);
  });
});

const ofDefinition = (kind: Kind, definition: unknown) => view(kind, { definition });
const deep = `{"kind":"segment","name":"x","definition":{"filters":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`;

describe('is refused, naming the field', () => {
  it.each<[string, unknown, string]>([
    ['no kind', { name: 'x', definition: {} }, 'kind'],
    ['an unknown kind', view('segment', { kind: 'report' }), 'kind'],
    ['no name', view('segment', { name: undefined }), 'name'],
    ['NUL in the name', view('segment', { name: '\0' }), 'name'],
    ['an unpaired surrogate in the name', view('segment', { name: 'a\udfff' }), 'name'],
    ['another field', view('segment', { site_id: 'demo' }), 'site_id'],
    ['no definition', view('segment', { definition: undefined }), 'definition'],
    ['a list', ofDefinition('segment', []), 'definition'],
    ['a segment with an empty list', ofDefinition('segment', { filters: [] }), 'definition.filters'],
    ['a segment without filters', ofDefinition('segment', {}), 'definition.filters'],
    [
      'a segment with another field',
      ofDefinition('segment', { ...definitions.segment, date_range: '7d' }),
      'definition.date_range',
    ],
    ['a filter', ofDefinition('segment', { filters: [['is', 'nothing', ['x']]] }), 'definition.filters'],
    ['NUL in a filter', ofDefinition('segment', { filters: [['is', 'path', ['\0']]] }), 'definition.filters'],
    ['a pattern', ofDefinition('segment', { filters: [['matches', 'path', ['(']]] }), 'definition'],
    ['a funnel with one step', ofDefinition('funnel', { steps: [step] }), 'definition.steps'],
    ['a window', ofDefinition('funnel', { ...definitions.funnel, window: '1y' }), 'definition.window'],
    [
      'an invalid pattern in a step',
      ofDefinition('funnel', { steps: [step, { filters: ['matches', 'path', ['[']] }] }),
      'definition',
    ],
    ['NUL in a step', ofDefinition('funnel', { steps: [{ name: 'a\0', ...step }, step] }), 'definition.steps'],
    [
      'an unpaired surrogate in a step',
      ofDefinition('funnel', { steps: [step, { name: '\ud800', ...step }] }),
      'definition.steps',
    ],
    ...['site_id', 'date_range', 'timezone', 'filters'].map((name): [string, unknown, string] => [
      `${name}, which the page sets`,
      ofDefinition('funnel', { ...definitions.funnel, [name]: 'x' }),
      `definition.${name}`,
    ]),
    ['a period', ofDefinition('retention', { period: 'year' }), 'definition.period'],
    ['a breakdown', ofDefinition('retention', { period: 'day', breakdown: 'time:day' }), 'definition.breakdown'],
    ['two ends', ofDefinition('journeys', { start: step, end: step }), 'definition.end'],
    ['a field of another kind', ofDefinition('journeys', definitions.funnel), 'definition.steps'],
    [
      'a definition that is too long',
      ofDefinition('segment', { filters: [['is', 'path', Array.from({ length: 10 }, () => 'x'.repeat(2_048))]] }),
      'definition',
    ],
    ['a definition that is nested too deep', deep, 'definition.filters'],
  ])('%s', async (_what, body, field) => {
    const { error } = (await post(body).expect(400)).body;
    expect(error).toMatchObject({ code: 'invalid_request', details: { field } });
  });

  it.each([
    ['{"__proto__":{},"kind":"segment","name":"x","definition":{"filters":["is","path",["/"]]}}', '__proto__'],
    ['{"kind":"journeys","name":"x","definition":{"__proto__":{"a":1}}}', 'definition.__proto__'],
    [
      '{"kind":"funnel","name":"x","definition":{"steps":[{"__proto__":{"n":1e999999},"filters":["is_set","path"]},{"filters":["is_set","path"]}]}}',
      'definition.steps',
    ],
  ])('__proto__ in %s', async (text, field) => {
    expect((await post(text).expect(400)).body.error.details).toEqual({ field });
  });

  it('an unknown site', async () => {
    await post(view('segment'), '/api/v1/sites/new/saved-views').expect(404);
  });

  it('saved view number 201', async () => {
    await database.pool.query(`insert into saved_views (site_id, id, kind, name, definition)
      select 'demo', gen_random_uuid(), 'segment', 'x', '{"filters":[]}' from generate_series(1, 199)`);
    await post(view('funnel')).expect(201);
    expect((await post(view('segment')).expect(409)).body.error.message).toBe(
      'This site already has 200 saved views, which is the limit. Delete one that is no longer needed.',
    );
  });
});

it('requires the scope admin for changes', async () => {
  const keys = createKeyRing(database.pool, silent);
  const limited = buildDocumentedApp(database.pool, { keys }).app;
  const { key } = await createKey(database.pool, { name: 'reader', scopes: ['read'], siteId: 'demo' });
  const { body } = await post(view('segment')).expect(201);
  const as = (test: request.Test) => test.set('authorization', `Bearer ${key}`);
  await as(request(limited).post(path)).send(view('segment')).expect(403);
  await as(request(limited).put(`${path}/${body.id}`))
    .send(view('segment'))
    .expect(403);
  await as(request(limited).delete(`${path}/${body.id}`)).expect(403);
  await as(request(limited).get(path)).expect(200, { saved_views: [body] });
  await as(request(limited).get('/api/v1/sites/other/saved-views')).expect(403);
  await keys.close();
});

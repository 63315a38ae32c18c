/** `/api/v1/sites/:site_id/goals`: stored, refused, and counted by the filters that are returned with them. */
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createKey } from '@millrace/shared/access/keys';
import { inTransaction } from '@millrace/shared/platform/postgres';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildDocumentedApp, createJudge } from './documented-app.js';
import { type StoredEvent, storeEvents } from './random-events.js';

let database: TestDatabase;
let app: Express;
const judge = createJudge();

const event = (user_id: string, event_type: string, path: string, properties: object | null = null) =>
  ({
    ...{ timestamp: new Date('2025-11-14T10:00:00Z'), event_type, path, user_id },
    ...{ profile_id: null, referrer: null, properties },
  }) as StoredEvent;

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  await database.pool.query(`insert into sites (site_id) values ('demo'), ('other')`);
  await storeEvents(database.pool, 'demo', [
    event('ada', 'view', '/thanks/1'),
    event('ada', 'view', '/thanks/1/more'),
    event('bob', 'view', '/thanks/2'),
    event('bob', 'click', '/thanks/3'),
    event('cyd', 'view', '/thanks.html'),
    event('dan', 'view', '/thanksXhtml'),
    event('dan', 'signup', '/join', { price: '12.50' }),
    event('eve', 'signup', '/join/x', { price: 2 }),
    event('eve', 'view', '/c++/[draft]'),
  ]);
  app = buildDocumentedApp(database.pool).app;
});
afterAll(() => database.drop());
beforeEach(async () => void (await database.pool.query('delete from goals')));

const path = '/api/v1/sites/demo/goals';
const post = (body: unknown, address = path) =>
  request(app).post(address).set('content-type', 'application/json').send(JSON.stringify(body));
const list = async (site = 'demo') => (await request(app).get(`/api/v1/sites/${site}/goals`).expect(200)).body.goals;

describe('a goal', () => {
  it('is returned with its filters, listed in order of creation, and deleted', async () => {
    const signup = { name: 'Sign-ups', event_type: 'signup', value_property: 'price' };
    const { body } = await post(signup).expect(201);
    expect(judge('NewGoal', signup)).toBeUndefined();
    expect(judge('Goal', body)).toBeUndefined();
    expect(body).toEqual({
      ...{ id: expect.any(String), ...signup, path: null },
      ...{ filters: [['is', 'event_type', ['signup']]], created_at: expect.any(String) },
    });
    const { body: thanks } = await post({ name: 'a', path: '/thanks/*', event_type: null }).expect(201);
    expect(await list()).toEqual([body, thanks]);
    expect(await list('other')).toEqual([]);
    expect(judge('Goals', { goals: await list() })).toBeUndefined();
    await request(app).delete(`/api/v1/sites/other/goals/${body.id}`).expect(404);
    await request(app).delete(`${path}/${body.id}`).expect(204, '');
    await request(app).delete(`${path}/${body.id}`).expect(404);
    expect(await list()).toEqual([thanks]);
  });

  it('gets the type under which its events are stored', async () => {
    const { body } = await post({ name: 'Views', event_type: '$pageview', path: '**' }).expect(201);
    expect(body).toMatchObject({ event_type: 'view', filters: [['is', 'event_type', ['view']]] });
  });

  it('has a name that is unique in its site', async () => {
    await post({ name: 'Sign-ups', event_type: 'signup' }).expect(201);
    const { error } = (await post({ name: 'Sign-ups', path: '/join' }).expect(409)).body;
    expect(error).toMatchObject({ code: 'conflict' });
    expect(error.message).toBe(
      'This site already has a goal named "Sign-ups". Choose another name, or delete that goal first.',
    );
    await post({ name: 'Sign-ups', event_type: 'signup' }, '/api/v1/sites/other/goals').expect(201);
  });
});

describe('the filters of a goal, used unchanged in a query, count who reached it', () => {
  it.each([
    [{ path: '/thanks/*' }, 2],
    [{ path: '/thanks/**' }, 2],
    [{ path: '/thanks/1/*' }, 1],
    [{ path: '/thanks.html' }, 1],
    [{ path: '/thanks.*' }, 1],
    [{ path: '**html' }, 2],
    [{ path: '/c++/[*]' }, 1],
    [{ path: '/thanks/*', event_type: 'click' }, 1],
    [{ event_type: 'signup' }, 2],
    [{ event_type: 'signup', path: '/join' }, 1],
    [{ path: '/nowhere' }, 0],
  ])('%j: %i', async (goal, visitors) => {
    const { body } = await post({ name: 'Goal', ...goal }).expect(201);
    const common = { site_id: 'demo', date_range: ['2025-11-14', '2025-11-14'] };
    const query = { ...common, metrics: ['visitors'], filters: body.filters };
    const answer = await request(app).post('/api/v1/query').send(query).expect(200);
    expect(answer.body.results).toEqual([{ dimensions: [], metrics: [visitors] }]);
    const queries = [{ metrics: ['visitors'], filters: body.filters }];
    const batch = await request(app)
      .post('/api/v1/query/batch')
      .send({ ...common, queries })
      .expect(200);
    expect(batch.body.results[0].results).toEqual(answer.body.results);
  });

  it('and its value property sums up what that was worth', async () => {
    const { filters, value_property } = (
      await post({ name: 'Sales', event_type: 'signup', value_property: 'price' }).expect(201)
    ).body;
    const metrics = [`sum:property:${value_property}`];
    const query = { site_id: 'demo', date_range: 'all', metrics, filters };
    const { body } = await request(app).post('/api/v1/query').send(query).expect(200);
    expect(body.results[0].metrics).toEqual(['14.5']);
  });
});

describe('is refused', () => {
  it.each([
    ['neither a type nor a path', { name: 'x' }, 'event_type'],
    ['nulls alone', { name: 'x', path: null, event_type: null }, 'event_type'],
    ['no name', { path: '/' }, 'name'],
    ['an empty name', { name: '', path: '/' }, 'name'],
    ['NUL in the name', { name: 'a\0', path: '/' }, 'name'],
    ['an unpaired surrogate in the name', { name: '\ud83d', path: '/' }, 'name'],
    ['a long name', { name: 'x'.repeat(201), path: '/' }, 'name'],
    ['NUL in the path', { name: 'x', path: '/\0' }, 'path'],
    ['an unpaired surrogate in the path', { name: 'x', path: '/\udc00*' }, 'path'],
    ['an empty path', { name: 'x', path: '' }, 'path'],
    ['a long path', { name: 'x', path: 'x'.repeat(2_049) }, 'path'],
    ['a type that is too long', { name: 'x', event_type: 'x'.repeat(65) }, 'event_type'],
    ['a number as the type', { name: 'x', event_type: 7 }, 'event_type'],
    ['NUL in the property', { name: 'x', path: '/', value_property: '\0' }, 'value_property'],
    ['another field', { name: 'x', path: '/', filters: [] }, 'filters'],
    ['a list', [], ''],
    ['null', null, ''],
  ])('%s', async (_what, body, field) => {
    const { error } = (await post(body).expect(400)).body;
    expect(error).toMatchObject({ code: 'invalid_request', details: { field } });
    expect(judge('NewGoal', body)).toBeDefined();
  });

  it('a path with more stars than its expression can have', async () => {
    const { error } = (await post({ name: 'x', path: '/*.'.repeat(60) }).expect(400)).body;
    expect(error.details).toEqual({ field: 'path' });
  });

  it('__proto__, which schemas do not see', async () => {
    const text = '{"name":"x","path":"/","__proto__":{}}';
    const sent = request(app).post(path).set('content-type', 'application/json').send(text);
    expect((await sent.expect(400)).body.error.details).toEqual({ field: '__proto__' });
  });

  it('a site that is unknown or being erased', async () => {
    const { error } = (await post({ name: 'x', path: '/' }, '/api/v1/sites/new/goals').expect(404)).body;
    expect(error.message).toContain('PUT /api/v1/sites/new.');
    await post({ name: 'x', path: '/' }, '/api/v1/sites/a%20b/goals').expect(404);
    await database.pool.query(`insert into sites (site_id, erase_requested_at) values ('gone', now())`);
    await post({ name: 'x', path: '/' }, '/api/v1/sites/gone/goals').expect(404);
    expect(await list('new')).toEqual([]);
  });

  it('an invalid id', async () => {
    for (const id of ['x', '%00', "a'--", '%']) await request(app).delete(`${path}/${id}`).expect(404);
  });

  const fill = (client: { query(text: string): Promise<unknown> }, from: number, to: number) =>
    client.query(`insert into goals (site_id, id, name, path)
      select 'demo', gen_random_uuid(), 'goal ' || n, '/' from generate_series(${from}, ${to}) as n`);

  it('goal number 101', async () => {
    await fill(database.pool, 1, 99);
    await post({ name: 'a', path: '/' }).expect(201);
    expect((await post({ name: 'b', path: '/' }).expect(409)).body.error.message).toBe(
      'This site already has 100 goals, which is the limit. Delete one that is no longer needed.',
    );
    await post({ name: 'b', path: '/' }, '/api/v1/sites/other/goals').expect(201);
  });

  it('goal number 101 while the hundredth is not committed yet', async () => {
    await fill(database.pool, 1, 99);
    let answered = false;
    const second = await inTransaction(database.pool, async (client) => {
      await client.query(`select 1 from sites where site_id = 'demo' for no key update`);
      await fill(client, 100, 100);
      const sent = post({ name: 'more', path: '/' }).then(({ status }) => {
        answered = true;
        return status;
      });
      await eventually(async () => {
        const { rows } = await database.pool.query('select 1 from pg_locks where not granted');
        return answered || rows.length > 0;
      }, 'the second goal waits for the first one');
      return { sent };
    });
    expect(await second.sent).toBe(409);
  });
});

it('requires a key of its site to read, and the scope admin for changes', async () => {
  const keys = createKeyRing(database.pool, silent);
  const limited = buildDocumentedApp(database.pool, { keys }).app;
  const keyOf = async (scope: 'read' | 'admin', siteId: string | null = 'demo') =>
    `Bearer ${(await createKey(database.pool, { name: scope, scopes: [scope], siteId })).key}`;
  const [reader, admin, stranger] = [await keyOf('read'), await keyOf('admin'), await keyOf('admin', 'other')];
  for (const address of [path, '/API/V1/Sites/demo/GOALS']) {
    const create = (key: string) =>
      request(limited).post(address).set('authorization', key).send({ name: address, path: '/' });
    await create(reader).expect(403);
    await create(stranger).expect(403);
    const { body } = await create(admin).expect(201);
    const remove = (key: string) => request(limited).delete(`${address}/${body.id}`).set('authorization', key);
    await remove(reader).expect(403);
    await remove(stranger).expect(403);
    await request(limited)
      .get(address)
      .set('authorization', reader)
      .expect(200, { goals: [body] });
    await request(limited).get(address).set('authorization', stranger).expect(403);
    await request(limited).get(address).expect(401);
    await remove(admin).expect(204);
  }
  await keys.close();
});

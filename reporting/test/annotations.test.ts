/** `/api/v1/sites/:site_id/annotations`: sorted by time and selected by a span; dates are days in the site's time zone. */
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
  await database.pool.query(`insert into sites (site_id, timezone) values ('demo', 'Europe/Berlin'), ('other', 'UTC')`);
  app = buildDocumentedApp(database.pool).app;
});
afterAll(() => database.drop());
beforeEach(async () => void (await database.pool.query('delete from annotations')));

const path = '/api/v1/sites/demo/annotations';
const post = (body: unknown, address = path) =>
  request(app).post(address).set('content-type', 'application/json').send(JSON.stringify(body));
const list = async (query: object = {}, site = 'demo') =>
  (await request(app).get(`/api/v1/sites/${site}/annotations`).query(query).expect(200)).body.annotations;

describe('an annotation', () => {
  it('is a note by default, and can be listed and deleted', async () => {
    const { body } = await post({ at: '2026-10-01T09:30:00+02:00', text: 'Price up\n5 %' }).expect(201);
    expect(body).toEqual({
      ...{ id: expect.any(String), at: '2026-10-01T07:30:00.000Z', until: null, kind: 'note', text: 'Price up\n5 %' },
      created_at: expect.any(String),
    });
    expect(judge('Annotation', body)).toBeUndefined();
    expect(await list()).toEqual([body]);
    expect(judge('Annotations', { annotations: await list() })).toBeUndefined();
    expect(await list({}, 'other')).toEqual([]);
    await request(app).delete(`/api/v1/sites/other/annotations/${body.id}`).expect(404);
    await request(app).delete(`${path}/${body.id}`).expect(204, '');
    await request(app).delete(`${path}/${body.id}`).expect(404);
    await request(app).delete(`${path}/x`).expect(404);
  });

  it('starts at the beginning of its first date and ends at the end of its last', async () => {
    const sent = { at: '2026-10-24', until: '2026-10-25', kind: 'campaign', text: 'Autumn' };
    expect(judge('NewAnnotation', sent)).toBeUndefined();
    const { body } = await post(sent).expect(201);
    // Clocks in Berlin go back in the night to the 25th.
    expect(body).toMatchObject({ at: '2026-10-23T22:00:00.000Z', until: '2026-10-25T23:00:00.000Z' });
    const { body: utc } = await post(sent, '/api/v1/sites/other/annotations').expect(201);
    expect(utc).toMatchObject({ at: '2026-10-24T00:00:00.000Z', until: '2026-10-26T00:00:00.000Z' });
  });
});

it('lists annotations in the span or reaching into it, by time', async () => {
  for (const [text, at, until] of [
    ['late', '2026-10-03T12:00:00Z', null],
    ['early', '2026-10-01T12:00:00Z', null],
    ['long', '2026-09-01T00:00:00Z', '2026-10-02T00:00:00Z'],
    ['midnight', '2026-10-01T22:00:00Z', null],
  ]) {
    await post({ at, until, text }).expect(201);
  }
  const texts = async (query: object) => (await list(query)).map(({ text }: { text: string }) => text);
  expect(await texts({})).toEqual(['long', 'early', 'midnight', 'late']);
  // Days are in Berlin time: 2 October begins at 22:00 UTC.
  expect(await texts({ from: '2026-10-02', to: '2026-10-02' })).toEqual(['long', 'midnight']);
  expect(await texts({ from: '2026-10-02T00:00:00Z' })).toEqual(['late']);
  expect(await texts({ to: '2026-10-01' })).toEqual(['long', 'early']);
  expect(await texts({ from: '2026-10-01T12:00:00Z', to: '2026-10-03T12:00:00Z' })).toEqual([
    'long',
    'early',
    'midnight',
  ]);
  expect(await texts({ from: '2026-10-01', to: '2026-10-03T12:00:00.001Z' })).toContain('late');
});

describe('is refused', () => {
  const good = { at: '2026-10-01', text: 'x' };
  it.each([
    ['no time', { text: 'x' }, 'at'],
    ['a time without a zone', { ...good, at: '2026-10-01T10:00:00' }, 'at'],
    ['a date that does not exist', { ...good, at: '2026-02-30' }, 'at'],
    ['a time long ago', { ...good, at: '1999-12-31' }, 'at'],
    ['an instant too far ahead', { ...good, at: '2101-01-02T00:00:00Z' }, 'at'],
    ['an end before the start', { ...good, until: '2026-09-30' }, 'until'],
    ['an end equal to the start', { ...good, at: '2026-10-01T00:00:00Z', until: '2026-10-01T00:00:00Z' }, 'until'],
    ['a number as the time', { ...good, at: 1_790_000_000 }, 'at'],
    ['no text', { at: '2026-10-01' }, 'text'],
    ['an empty text', { ...good, text: '' }, 'text'],
    ['a long text', { ...good, text: 'x'.repeat(501) }, 'text'],
    ['NUL', { ...good, text: 'a\0b' }, 'text'],
    ['an unpaired surrogate', { ...good, text: '\ud800' }, 'text'],
    ['an unknown kind', { ...good, kind: 'incident' }, 'kind'],
    ['no kind', { ...good, kind: null }, 'kind'],
    ['another field', { ...good, color: 'red' }, 'color'],
    ['text', 'x', ''],
  ])('%s', async (_what, body, field) => {
    const { error } = (await post(body).expect(400)).body;
    expect(error).toMatchObject({ code: 'invalid_request', details: { field } });
  });

  it.each([
    [{ from: 'yesterday' }, 'from'],
    [{ to: '2026-13-01' }, 'to'],
    [{ from: '2026-10-02', to: '2026-10-01' }, 'to'],
    [{ from: ['2026-10-01', '2026-10-02'] }, 'from'],
    [{ limit: '1' }, 'limit'],
  ])('a list with %j', async (query, field) => {
    const { error } = (await request(app).get(path).query(query).expect(400)).body;
    expect(error).toMatchObject({ code: 'invalid_request', details: { field } });
  });

  it('an unknown site', async () => {
    await post(good, '/api/v1/sites/new/annotations').expect(404);
    expect(await list({ from: '2026-10-01' }, 'new')).toEqual([]);
  });

  it('annotation number 1,001', async () => {
    await database.pool.query(`insert into annotations (site_id, id, kind, "at", "text")
      select 'demo', gen_random_uuid(), 'note', now(), 'x' from generate_series(1, 999)`);
    await post(good).expect(201);
    expect((await post(good).expect(409)).body.error.message).toBe(
      'This site already has 1,000 annotations, which is the limit. Delete one that is no longer needed.',
    );
  });
});

it('requires the scope admin for changes', async () => {
  const keys = createKeyRing(database.pool, silent);
  const limited = buildDocumentedApp(database.pool, { keys }).app;
  const { key } = await createKey(database.pool, { name: 'reader', scopes: ['read'], siteId: 'demo' });
  const { body } = await post({ at: '2026-10-01', text: 'x' }).expect(201);
  const as = (test: request.Test) => test.set('authorization', `Bearer ${key}`);
  await as(request(limited).post(path)).send({ at: '2026-10-01', text: 'x' }).expect(403);
  await as(request(limited).delete(`${path}/${body.id}`)).expect(403);
  await as(request(limited).get(path)).expect(200, { annotations: [body] });
  await as(request(limited).get('/api/v1/sites/other/annotations')).expect(403);
  await keys.close();
});

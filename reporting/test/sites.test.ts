import { buildServiceApp } from '@millrace/shared/platform/http';
import { createPool, type Pool } from '@millrace/shared/platform/postgres';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGate } from '../src/reading/gate.js';
import { sitesRoutes } from '../src/routes/sites-route.js';
import { requestErasure } from '../src/sites/put-site.js';

let database: TestDatabase;
let readOnly: Pool;
let app: Express;
let boundTo: string | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  await database.pool.query(`insert into sites (site_id, name, timezone, created_at) values
    ('a', 'Shop', 'Europe/Berlin', '2025-01-01Z'), ('B', null, 'UTC', '2025-01-02Z'), ('c', null, 'UTC', '2025-01-03Z')`);
  await database.pool.query(`insert into events (site_id, timestamp, event_id, event_type, path)
    select 'a', '2025-11-14T10:00:00Z'::timestamptz + n * interval '1 hour', gen_random_uuid(), 'view', '/'
    from generate_series(0, 2) as n`);
  const url = new URL(database.url);
  url.searchParams.set('options', '-c default_transaction_read_only=on');
  readOnly = createPool(url.href, silent, { max: 2, statementTimeoutMs: 15_000, applicationName: 'millrace-test' });
  const deps = { logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false };
  app = buildServiceApp(deps, (service) => {
    const gate = createGate({ maxConcurrent: 2, maxWaiting: 10, maxWaitMs: 1_000 });
    service.use((_req, res, next) => {
      if (boundTo !== undefined) res.locals.access = { siteId: boundTo };
      next();
    });
    service.use(sitesRoutes({ pool: readOnly, writePool: database.pool, gate }));
  });
});
afterAll(async () => {
  await readOnly.end();
  await database.drop();
});

const shop = {
  site_id: 'a',
  name: 'Shop',
  timezone: 'Europe/Berlin',
  path_rules: null,
  hostnames: [],
  job_priority: null,
  session_minutes: 30,
  enrichment_off: [],
  events: 3,
  first_event: '2025-11-14T10:00:00.000Z',
  last_event: '2025-11-14T12:00:00.000Z',
  created_at: '2025-01-01T00:00:00.000Z',
};
const empty = {
  site_id: 'B',
  name: null,
  timezone: 'UTC',
  path_rules: null,
  hostnames: [],
  job_priority: null,
  session_minutes: 30,
  enrichment_off: [],
  events: 0,
  first_event: null,
  last_event: null,
  created_at: '2025-01-02T00:00:00.000Z',
};

describe('the list', () => {
  it('returns each site with its events, sorted by id in byte order', async () => {
    const { body } = await request(app).get('/api/v1/sites').expect(200);
    const last = { ...empty, site_id: 'c', created_at: '2025-01-03T00:00:00.000Z' };
    expect(body).toEqual({ sites: [empty, shop, last], total: 3, pagination: { limit: 100, offset: 0 } });
  });
  it('is paged', async () => {
    const { body } = await request(app).get('/api/v1/sites?limit=1&offset=1').expect(200);
    expect(body).toEqual({ sites: [shop], total: 3, pagination: { limit: 1, offset: 1 } });
  });
  it.each([
    ['limit=101', 'limit'],
    ['limit=0', 'limit'],
    ['limit=x', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['offset=-1', 'offset'],
    ['offset=1e9', 'offset'],
    ['page=2', 'page'],
  ])('refuses %s and names %s', async (query, field) => {
    const { body } = await request(app).get(`/api/v1/sites?${query}`).expect(400);
    expect(body.error).toMatchObject({ code: 'invalid_request', details: { field } });
    expect(body.error.message).toContain(field);
  });
});

describe('one site', () => {
  it('is shown', async () => {
    expect((await request(app).get('/api/v1/sites/a').expect(200)).body).toEqual(shop);
  });
  it.each(['b', 'x', '%00', '%', '%E0%A4%A', "a'--", 'x'.repeat(65)])('is not found: %s', async (id) => {
    for (const sent of [
      request(app).get(`/api/v1/sites/${id}`),
      request(app).patch(`/api/v1/sites/${id}`).send({ name: 'x' }),
    ]) {
      const { body } = await sent.expect(404);
      expect(body).toEqual({
        error: { code: 'not_found', message: expect.stringMatching(/^There is no site with this id\./) },
      });
    }
  });

  it('cannot be changed before its first events are stored, and the refusal says what to do', async () => {
    const { body } = await request(app).patch('/api/v1/sites/b').send({ name: 'x' }).expect(404);
    expect(body.error.message).toBe(
      'There is no site with this id. A site appears shortly after its first events are accepted; PUT creates it at once.',
    );
  });
});

describe('a change', () => {
  const change = (body: unknown) =>
    request(app)
      .patch('/api/v1/sites/c')
      .set('content-type', 'application/json')
      .send(JSON.stringify(body) ?? '');
  const answered = async (body: unknown) => {
    const { name, timezone } = (await change(body).expect(200)).body;
    return { name, timezone };
  };

  it('changes the name, the time zone or both, and leaves the other as it is', async () => {
    expect(await answered({ name: '商店 😀' })).toEqual({ name: '商店 😀', timezone: 'UTC' });
    expect(await answered({ timezone: 'Asia/Kolkata' })).toEqual({ name: '商店 😀', timezone: 'Asia/Kolkata' });
    expect(await answered({ name: null })).toEqual({ name: null, timezone: 'Asia/Kolkata' });
    expect(await answered({ name: 'x'.repeat(200), timezone: 'UTC' })).toEqual({
      name: 'x'.repeat(200),
      timezone: 'UTC',
    });
  });
  it('returns the whole site', async () => {
    const { body } = await request(app).patch('/api/v1/sites/a').send({ name: 'Shop' }).expect(200);
    expect(body).toEqual(shop);
  });

  it.each<[unknown, string]>([
    [{}, ''],
    [[], ''],
    [null, ''],
    [{ name: '' }, 'name'],
    [{ name: 'x'.repeat(201) }, 'name'],
    [{ name: 'a\0' }, 'name'],
    [{ name: '\ud800' }, 'name'],
    [{ name: 7 }, 'name'],
    [{ path_rules: [] }, 'path_rules'],
    [{ path_rules: { strip: true } }, 'path_rules.strip'],
    [{ path_rules: { strip_query: 'yes' } }, 'path_rules.strip_query'],
    [{ path_rules: { trailing_slash: 'both' } }, 'path_rules.trailing_slash'],
    [{ path_rules: { keep_params: ['a\0'] } }, 'path_rules.keep_params'],
    [{ path_rules: { keep_params: ['a', 'a'] } }, 'path_rules.keep_params'],
    [{ path_rules: { keep_params: ['a&b'] } }, 'path_rules.keep_params'],
    [{ path_rules: { keep_params: ['a=b'] } }, 'path_rules.keep_params'],
    [JSON.parse('{"path_rules":{"__proto__":{"x":1}}}'), 'path_rules.__proto__'],
    [{ hostnames: null }, 'hostnames'],
    [{ hostnames: 'shop.example' }, 'hostnames'],
    [{ hostnames: [''] }, 'hostnames'],
    [{ hostnames: ['shop.example', 'two words'] }, 'hostnames'],
    [{ hostnames: ['http://http://x'] }, 'hostnames'],
    [{ hostnames: [7] }, 'hostnames'],
    [{ hostnames: Array.from({ length: 101 }, (_, index) => `h${index}.example`) }, 'hostnames'],
    [{ session_minutes: 0 }, 'session_minutes'],
    [{ session_minutes: 1_441 }, 'session_minutes'],
    [{ session_minutes: null }, 'session_minutes'],
    [{ enrichment_off: 'location' }, 'enrichment_off'],
    [{ enrichment_off: ['colour'] }, 'enrichment_off'],
    [{ job_priority: -1 }, 'job_priority'],
    [{ job_priority: 2_097_152 }, 'job_priority'],
    [{ job_priority: 1.5 }, 'job_priority'],
    [{ job_priority: '5' }, 'job_priority'],
    [{ timezone: null }, 'timezone'],
    [{ timezone: 'Mars/Olympus' }, 'timezone'],
    [{ timezone: '+02:00' }, 'timezone'],
    [{ site_id: 'd' }, 'site_id'],
    [JSON.parse('{"__proto__":1,"name":"x"}'), '__proto__'],
  ])('of %j is refused and names "%s"', async (body, field) => {
    const { body: answer } = await change(body).expect(400);
    expect(answer.error).toMatchObject({ code: 'invalid_request', details: { field } });
  });
  it('explains the rules for paths in plain words', async () => {
    const said = async (pathRules: unknown) => (await change({ path_rules: pathRules }).expect(400)).body.error.message;
    const name = '1 to 128 characters without &, =, NUL or unpaired surrogates';
    expect(await said({ keep_params: ['q', 'a&b'] })).toBe(
      `path_rules.keep_params[1] must be the name of a query parameter: ${name}`,
    );
    expect(await said({ keep_params: 'q' })).toBe('path_rules.keep_params must be a list of names of query parameters');
    expect(await said({ keep_params: ['q', 'q'] })).toBe(
      'path_rules.keep_params[1] repeats a name; list each parameter once',
    );
    expect(await said({ trailing_slash: 'both' })).toBe('path_rules.trailing_slash must be keep or strip');
    expect(await said({ strip_query: 'yes' })).toBe('path_rules.strip_query must be true or false');
  });
  it('with a rule that is refused leaves the rules there are', async () => {
    const rules = { strip_query: true, keep_params: ['q'] };
    await change({ path_rules: rules }).expect(200);
    const hostile = '{"path_rules":{"__proto__":{"x":1}}}';
    await request(app).patch('/api/v1/sites/c').type('json').send(hostile).expect(400);
    await request(app).put('/api/v1/sites/c').type('json').send(hostile).expect(400);
    expect((await request(app).get('/api/v1/sites/c').expect(200)).body.path_rules).toEqual(rules);
    await change({ path_rules: null }).expect(200);
  });
  it('normalizes, sorts and deduplicates hostnames, and keeps them if it changes something else', async () => {
    const given = ['www.Shop.example.', 'https://shop.example:8443/', 'm\u00fcller.example', 'a.example'];
    const kept = ['a.example', 'shop.example', 'xn--mller-kva.example'];
    expect((await change({ hostnames: given }).expect(200)).body.hostnames).toEqual(kept);
    expect((await change({ name: 'Hosts' }).expect(200)).body.hostnames).toEqual(kept);
    expect((await request(app).get('/api/v1/sites/c').expect(200)).body.hostnames).toEqual(kept);
    expect((await change({ hostnames: [] }).expect(200)).body.hostnames).toEqual([]);
  });
  it('of the priority of jobs requires a key for all sites', async () => {
    boundTo = 'c';
    try {
      const { body } = await change({ job_priority: 1 }).expect(403);
      expect(body.error.message).toBe(
        'This key is limited to site "c". Setting job_priority requires a key for all sites.',
      );
      await request(app).put('/api/v1/sites/c').send({ job_priority: 1 }).expect(403);
      await change({ name: 'Mine' }).expect(200);
    } finally {
      boundTo = undefined;
    }
    expect((await request(app).get('/api/v1/sites/c').expect(200)).body.job_priority).toBeNull();
  });
  it('of the priority of jobs lasts until it is reset', async () => {
    expect((await change({ job_priority: 2_097_151 }).expect(200)).body.job_priority).toBe(2_097_151);
    expect((await change({ name: 'Later' }).expect(200)).body.job_priority).toBe(2_097_151);
    expect((await change({ job_priority: 0 }).expect(200)).body.job_priority).toBe(0);
    expect((await request(app).get('/api/v1/sites/c').expect(200)).body.job_priority).toBe(0);
    expect((await change({ job_priority: null }).expect(200)).body.job_priority).toBeNull();
    expect((await change({ job_priority: 2_097_152 }).expect(400)).body.error.message).toBe(
      'job_priority must be null or an integer from 0 (runs first) to 2097151',
    );
  });
  it('requires a JSON body', async () => {
    await request(app).patch('/api/v1/sites/c').send('name=x').expect(415);
    await request(app).patch('/api/v1/sites/c').expect(415);
  });
});

describe('a site before its first event', () => {
  const put = (id: string) => request(app).put(`/api/v1/sites/${id}`);
  it('is created with a name and a time zone, and again without effect', async () => {
    const fields = { name: 'New', timezone: 'Asia/Kolkata', hostnames: ['new.example'] };
    const first = await put('new').send(fields).expect(200);
    expect(first.body).toMatchObject({ site_id: 'new', ...fields, events: 0 });
    expect((await put('new').expect(200)).body).toEqual(first.body);
    expect((await put('new').send({}).expect(200)).body).toEqual(first.body);
    expect((await put('new').send({ name: null }).expect(200)).body).toMatchObject({
      timezone: 'Asia/Kolkata',
      name: null,
    });
  });
  it('is refused with an invalid id, time zone or field', async () => {
    await put('a%20b').expect(400);
    await put('x'.repeat(65)).expect(400);
    await put('new').send({ timezone: 'Mars/Olympus' }).expect(400);
    await put('new').send({ zone: 'UTC' }).expect(400);
    await put('new')
      .send({ hostnames: ['/'] })
      .expect(400);
  });
  it('is erased on request, and cannot be created again in the meantime', async () => {
    await request(app).delete('/api/v1/sites/new').expect(202, { site_id: 'new', status: 'erasing' });
    await request(app).delete('/api/v1/sites/new').expect(202);
    expect((await request(app).get('/api/v1/sites/new').expect(200)).body).toMatchObject({ erasing: true });
    await put('new').expect(409);
    const patched = await request(app).patch('/api/v1/sites/new').send({ name: 'Late' }).expect(409);
    expect(patched.body.error.code).toBe('conflict');
    await request(app).delete('/api/v1/sites/nowhere').expect(404);
  });
  it('is erased with a key, whose name is recorded in the audit log', async () => {
    const access = { keyId: crypto.randomUUID(), name: 'ops', scopes: ['admin' as const], siteId: null, origins: null };
    await put('noted').expect(200);
    expect(await requestErasure(database.pool, 'noted', access)).toBe(true);
    expect(await requestErasure(database.pool, 'nowhere', access)).toBe(false);
    const { rows } = await database.pool.query('select key_id, key_name, action, target from audit_log');
    expect(rows).toEqual([{ key_id: access.keyId, key_name: 'ops', action: 'site.erase', target: 'noted' }]);
  });
});

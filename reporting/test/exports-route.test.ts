/** Creating, listing and deleting exports: what is accepted and refused, and from whom. */
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { generateKey, registerKey } from '@millrace/shared/access/keys';
import { silent } from '@millrace/shared/testing/database';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addJune, type ExportStack, startExportStack } from './export-stack.js';

let stack: ExportStack;
const [reader, shopReader, otherReader, writer] = [generateKey(), generateKey(), generateKey(), generateKey()];
const mb = 1_000_000;

beforeAll(async () => {
  stack = await startExportStack({
    keys: (pool) => createKeyRing(pool, silent),
    exports: { quotaBytes: 5 * mb },
  });
  await addJune(stack.database);
  const { pool } = stack.database;
  await pool.query(`insert into sites (site_id) values ('shop'), ('other')`);
  await registerKey(pool, reader, { name: 'all', scopes: ['read'] });
  await registerKey(pool, shopReader, { name: 'shop', scopes: ['read'], siteId: 'shop' });
  await registerKey(pool, otherReader, { name: 'other', scopes: ['read'], siteId: 'other' });
  await registerKey(pool, writer, { name: 'writer', scopes: ['write'] });
});
afterAll(() => stack.stop());
beforeEach(() => stack.database.pool.query('delete from exports'));

const bodyOf = (site_id = 'shop') => ({ dataset: 'events', params: { site_id, date_range: '30d' }, format: 'csv' });
const call = (key: string, method: 'get' | 'post' | 'delete', path: string) =>
  request(stack.app)[method](`/api/v1/exports${path}`).set('authorization', `Bearer ${key}`);
const make = async (key = reader, body: object = bodyOf()): Promise<string> =>
  (await call(key, 'post', '').send(body).expect(202)).body.id;

describe('requesting an export', () => {
  it.each([
    [{ ...bodyOf(), dataset: 'nothing' }, 'dataset', /must be one of/],
    [{ ...bodyOf(), format: 'doc' }, 'format', /must be one of csv, json, ndjson, xlsx, parquet, pdf/],
    [{ ...bodyOf(), format: 'xlsx', compression: 'gzip' }, 'compression', /is already compressed/],
    [{ ...bodyOf(), includeMetadata: true }, 'includeMetadata', /must be false: only json has metadata/],
    [{ ...bodyOf(), format: 'json', bom: true }, 'bom', /must be false: only csv has a byte order mark/],
    [{ ...bodyOf(), compression: 'zip' }, 'compression', /must be one of none, gzip/],
    [{ ...bodyOf(), includeMetadata: 'yes' }, 'includeMetadata', /must be a boolean/],
    [{ ...bodyOf(), params: {} }, 'site_id', /./],
    [{ ...bodyOf(), params: { site_id: 'shop', date_range: ['2026-06-02', '2026-06-01'] } }, 'date_range', /./],
    [
      {
        ...bodyOf(),
        dataset: 'activity-trends',
        params: { site_id: 'shop', date_range: ['2000-01-01', '2029-12-30'] },
      },
      'date_range',
      /would make more than 10,000 buckets of time:day/,
    ],
    [
      {
        ...{ dataset: 'timeseries', format: 'csv' },
        params: { site_id: 'shop', date_range: ['2024-01-01', '2025-12-31'], dimensions: ['time:hour'] },
      },
      'dimensions',
      /would make more than 10,000 buckets of time:hour/,
    ],
    [{ ...bodyOf(), params: { site_id: 'shop', limit: 3 } }, 'limit', /is not a parameter of dataset events/],
    [{ ...bodyOf(), filters: [['is', 'nonsense', ['x']]] }, 'filters', /./],
    [{ ...bodyOf(), params: { site_id: 'shop', filters: [] }, filters: [] }, 'filters', /must not be given both/],
    [{ ...bodyOf(), other: 1 }, 'other', /is not a field of this request/],
    [[], '', /The body/],
    ['text', '', /The body/],
  ])('is refused for %j, with the field and its rule', async (body, field, message) => {
    const { error } = (await call(reader, 'post', '').send(JSON.stringify(body)).type('json').expect(400)).body;
    expect(error).toMatchObject({
      code: 'invalid_request',
      details: { field },
      message: expect.stringMatching(message),
    });
  });

  it.each([
    '../../etc/passwd',
    '/etc/passwd',
    'a/b.csv',
    'a\\b.csv',
    '.htaccess',
    'a\0.csv',
    'a\r\nset-cookie: x=1',
    'a\u202egpj.exe',
    'a\u200b.csv',
    '\ufeffa.csv',
    'a\u2028.csv',
    '\ud800.csv',
    'a'.repeat(201),
    'ä'.repeat(101),
    '',
  ])('is refused for the file name %j', async (filename) => {
    const { error } = (
      await call(reader, 'post', '')
        .send({ ...bodyOf(), filename })
        .expect(400)
    ).body;
    expect(error.details).toEqual({ field: 'filename' });
  });

  it('is refused for an unknown site, which may be a misspelt one', async () => {
    const { error } = (await call(reader, 'post', '').send(bodyOf('dmeo')).expect(404)).body;
    expect(error).toMatchObject({
      code: 'not_found',
      message: 'There is no site "dmeo". It is created by its first event, or by PUT /api/v1/sites/dmeo.',
    });
    await stack.database.pool.query(`insert into sites (site_id, erase_requested_at) values ('going', now())`);
    await call(reader, 'post', '').send(bodyOf('going')).expect(404);
    expect((await stack.database.pool.query('select 1 from exports')).rowCount).toBe(0);
  });

  it('requires a key that can read the site', async () => {
    await request(stack.app).post('/api/v1/exports').send(bodyOf()).expect(401);
    await call(writer, 'post', '').send(bodyOf()).expect(403);
    await call(otherReader, 'post', '').send(bodyOf()).expect(403);
    await make(shopReader);
  });

  it('stores the key and the exact request, and adds the job that writes it', async () => {
    const filters = [['is', 'property:amount', ['12345678901234567890']]];
    const id = await make(shopReader, { ...bodyOf(), filters });
    const row = await stack.rowOf(id);
    expect(row).toMatchObject({ site_id: 'shop', status: 'pending', format: 'csv', attempts: 0, file: null });
    expect(row.params).toEqual({ site_id: 'shop', date_range: '30d', filters });
    const { rows } = await stack.database.pool.query(`select id from api_keys where name = 'shop'`);
    expect(row.key_id).toBe(rows[0].id);
    const job = await stack.queue.queue.getJob(`export-${id}`);
    expect({ name: job?.name, data: job?.data }).toEqual({ name: 'export', data: { exportId: id } });
  });

  it.each([
    ['june.csv', 'none', 'june.csv'],
    ['june.csv', 'gzip', 'june.csv.gz'],
    ['June.CSV', 'gzip', 'June.CSV.gz'],
    ['june.csv.gz', 'gzip', 'june.csv.gz'],
    ['june', 'gzip', 'june.csv.gz'],
    ['june.json', 'gzip', 'june.json.csv.gz'],
  ])('with file name %s and compression %s names the file %s', async (filename, compression, expected) => {
    const { body } = await call(reader, 'post', '').send({ ...bodyOf(), filename, compression });
    expect(body.filename).toBe(expected);
  });

  it('returns the resolved range if none is given', async () => {
    const { body } = await call(reader, 'post', '').send({ ...bodyOf(), params: { site_id: 'shop' } });
    expect(body.params).toEqual({ site_id: 'shop', date_range: 'day' });
    const metrics = { dataset: 'performance-metrics', params: { site_id: 'shop' } };
    const { body: without } = await call(reader, 'post', '').send({ ...bodyOf(), ...metrics });
    expect(without.params).toEqual({ site_id: 'shop' });
  });

  it('is refused when the files of the site have used up its quota, but not for another site', async () => {
    const id = await make();
    await stack.database.pool.query(`update exports set status = 'completed', bytes = $1 where id = $2`, [5 * mb, id]);
    const { error } = (await call(reader, 'post', '').send(bodyOf()).expect(409)).body;
    expect(error.message).toBe(
      'The exports of site "shop" have used up their quota of 5 MB: delete some, or wait until they expire.',
    );
    await make(reader, bodyOf('other'));
    await call(reader, 'delete', `/${id}`).expect(200);
    await make();
  });

  it("is not refused because of the site's reports", async () => {
    await stack.database.pool.query(
      `insert into reports (site_id, id, origin, title, dataset, format, first_day, last_day, timezone, status, store, file, bytes)
      select 'shop', id, id, 'Mine', 'events', 'csv', '2026-06-01', '2026-06-01', 'UTC', 'generated', 'disk', id || '.csv', $1
      from gen_random_uuid() as id`,
      [5 * mb],
    );
    await make();
  });

  it('is refused while a hundred exports of the site are unfinished', async () => {
    await stack.database.pool.query(`insert into exports (site_id, id, dataset, params, format, filename)
      select 'shop', gen_random_uuid(), 'events', '{}', 'csv', 'x.csv' from generate_series(1, 100)`);
    const { error } = (await call(reader, 'post', '').send(bodyOf()).expect(409)).body;
    expect(error.message).toContain('has 100 unfinished exports');
  });

  it('admits no more when many requests arrive at once', async () => {
    await stack.database.pool.query(`insert into exports (site_id, id, dataset, params, format, filename)
      select 'shop', gen_random_uuid(), 'events', '{}', 'csv', 'x.csv' from generate_series(1, 90)`);
    const responses = await Promise.all(Array.from({ length: 30 }, () => call(reader, 'post', '').send(bodyOf())));
    const taken = responses.filter(({ status }) => status === 202).map(({ body }) => body.id);
    expect(responses.map(({ status }) => status).every((status) => status === 202 || status === 409)).toBe(true);
    const { rows } = await stack.database.pool.query("select id from exports where filename <> 'x.csv'");
    expect(rows.map(({ id }) => id).sort()).toEqual(taken.sort());
    expect(taken.length).toBeLessThanOrEqual(10);
  });

  it.each([
    ['NUL', '\0'],
    ['half a surrogate pair', '\ud800'],
  ])('is refused for a profile with %s', async (_, profile) => {
    const params = { site_id: 'shop', profile_ids: [profile] };
    const { error } = (
      await call(reader, 'post', '')
        .send(JSON.stringify({ ...bodyOf(), dataset: 'profile-performance', params }))
        .type('json')
        .expect(400)
    ).body;
    expect(error.details.field).toMatch(/^profile_ids/);
  });
});

describe('an export that is deleted', () => {
  it('leaves no job that would delay others', async () => {
    const id = await make();
    expect(await stack.queue.queue.getJob(`export-${id}`)).toBeDefined();
    await call(reader, 'delete', `/${id}`).expect(200);
    expect(await stack.queue.queue.getJob(`export-${id}`)).toBeUndefined();
  });
});

describe('an export of another site', () => {
  it('is not found, whatever the request', async () => {
    const id = await make();
    for (const [method, path] of [
      ['get', `/${id}`],
      ['get', `/${id}/download`],
      ['post', `/${id}/link`],
      ['delete', `/${id}`],
    ] as const) {
      const { body } = await call(otherReader, method, path).expect(404);
      expect(body.error).toEqual({ code: 'not_found', message: 'There is no such export.' });
    }
    await call(shopReader, 'get', `/${id}`).expect(200);
    await call(shopReader, 'delete', `/${id}`).expect(200, { id, status: 'deleted' });
    await call(shopReader, 'get', `/${id}`).expect(404);
    await call(shopReader, 'delete', `/${id}`).expect(404);
  });

  it.each(['x', '0', '..', '%2e%2e', "'; drop table exports", '0190A5B0-7C3D-7000-8000-000000000001', '%00'])(
    'an invalid id is not found either: %s',
    async (id) => {
      await call(reader, 'get', `/${encodeURIComponent(id)}`).expect(404);
      await call(reader, 'get', `/${encodeURIComponent(id)}/download`).expect(404);
    },
  );
});

describe('the list', () => {
  it('has the newest first, page by page, of the sites that the key can read', async () => {
    const ids = [await make(), await make(reader, bodyOf('other')), await make(), await make()];
    const idsOf = (body: { exports: { id: string }[] }) => body.exports.map(({ id }) => id);
    const all = [...ids].reverse();
    expect(idsOf((await call(reader, 'get', '').expect(200)).body)).toEqual(all);
    const first = (await call(reader, 'get', '?page_size=3').expect(200)).body;
    expect(idsOf(first)).toEqual(all.slice(0, 3));
    const second = (await call(reader, 'get', `?page_size=3&after=${first.next}`).expect(200)).body;
    expect(idsOf(second)).toEqual(all.slice(3));
    expect(second.next).toBeNull();
    const ofShop = [ids[3], ids[2], ids[0]];
    expect(idsOf((await call(shopReader, 'get', '').expect(200)).body)).toEqual(ofShop);
    expect(idsOf((await call(reader, 'get', '?site_id=shop').expect(200)).body)).toEqual(ofShop);
    await call(shopReader, 'get', '?site_id=other').expect(403);
  });

  it('shows an export as expired at its expiry, even before its file is removed', async () => {
    const id = await make();
    await stack.database.pool.query(
      `update exports set status = 'completed', expires_at = now() - interval '1 second', checksum = '00', file = $2, store = 'disk' where id = $1`,
      [id, `${id}.csv`],
    );
    expect((await call(reader, 'get', '?status=completed').expect(200)).body.exports).toEqual([]);
    expect((await call(reader, 'get', '?status=expired').expect(200)).body.exports).toMatchObject([
      { id, status: 'expired' },
    ]);
    const { body } = await call(reader, 'get', `/${id}/download`).expect(410);
    expect(body.error.code).toBe('gone');
  });

  it.each([
    '?page_size=0',
    '?page_size=x',
    '?status=done',
    '?after=x',
    '?after=',
    '?x=1',
    '?status=pending&status=failed',
    '?site_id=%00',
    '?site_id=',
    '?site_id=a%20b',
  ])('refuses %s', async (query) => void (await call(reader, 'get', query).expect(400)));
});

describe('the file of an export that is not written', () => {
  it('is refused with its status', async () => {
    const id = await make();
    const pending = (await call(reader, 'get', `/${id}/download`).expect(409)).body.error;
    expect(pending).toMatchObject({ code: 'conflict', details: { status: 'pending' } });
    await stack.database.pool.query(`update exports set status = 'failed', error = 'No space.' where id = $1`, [id]);
    const failed = (await call(reader, 'get', `/${id}/download`).expect(409)).body.error;
    expect(failed).toMatchObject({
      message: 'The file could not be written: No space.',
      details: { status: 'failed' },
    });
  });

  it('is gone when someone has removed it from the folder', async () => {
    const id = await make();
    await stack.database.pool.query(
      `update exports set status = 'completed', checksum = '00', bytes = 3, finished_at = now(), expires_at = now() + interval '1 day',
      file = $2, store = 'disk' where id = $1`,
      [id, `${id}.csv`],
    );
    const { body, headers } = await call(reader, 'get', `/${id}/download`).expect(410);
    expect(body.error.message).toBe('The file was removed before it expired: create another export.');
    expect(headers['content-disposition']).toBeUndefined();
  });
});

/** `/api/v1/sites/:site_id/share-links`: administrators of a site create, list and revoke links. */
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJudge } from '../documented-app.js';
import { bearer, type SharedSite, startSharedSite } from './shared-site.js';

let site: SharedSite;
let now = new Date('2025-11-20T12:00:00Z');
beforeAll(async () => {
  site = await startSharedSite({ now: () => now });
});
afterAll(() => site.stop());

const judge = createJudge();
const address = '/api/v1/sites/demo/share-links';
const create = (fields: object = {}, key = site.keys.admin, to = address) =>
  request(site.app).post(to).set(bearer(key)).send(fields);
const list = async () =>
  (await request(site.app).get(address).set(bearer(site.keys.admin)).expect(200)).body.share_links;
const revoke = (id: string, key = site.keys.admin) => request(site.app).delete(`${address}/${id}`).set(bearer(key));

describe('a new link', () => {
  it('has a random address, and is returned without its password', async () => {
    const filters = [['is', 'event:page', ['/1']]];
    const fields = { name: 'For Carol', filters, password: 'correct horse', expires_at: '2025-12-01T00:00:00+01:00' };
    expect(judge('NewShareLink', fields)).toBe(undefined);
    const { body } = await create(fields).expect(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      slug: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      path: `/share/${body.slug}`,
      url: `https://stats.example/share/${body.slug}`,
      name: 'For Carol',
      filters: [['is', 'path', ['/1']]],
      has_password: true,
      expires_at: '2025-11-30T23:00:00.000Z',
      revoked_at: null,
      created_at: now.toISOString(),
    });
    expect(judge('ShareLink', body)).toBe(undefined);
    expect((await list())[0]).toEqual(body);
    const { rows } = await site.database.pool.query('select password_hash from share_links where id = $1', [body.id]);
    expect(rows[0].password_hash).toMatch(/^scrypt\$\d+\$8\$\d+\$[\w-]{22}\$[\w-]{43}$/);
  });

  it('needs no fields', async () => {
    const { body } = await create({}).expect(201);
    expect(body).toMatchObject({ name: null, filters: null, has_password: false, expires_at: null });
    expect((await create({ filters: [], expires_at: null, name: null }).expect(201)).body.filters).toBe(null);
  });

  it('cannot be created by a page of another site, since browsers send no JSON without a preflight', async () => {
    await request(site.app).post(address).set(bearer(site.keys.admin)).expect(415);
  });

  it('keeps numbers that a double cannot hold', async () => {
    const body = '{"filters":["greater","property:price",[12345678901234567890.5]]}';
    const { body: link } = await request(site.app)
      .post(address)
      .set({ ...bearer(site.keys.admin), 'content-type': 'application/json' })
      .send(body)
      .expect(201);
    expect(link.filters).toEqual([['greater', 'property:price', ['12345678901234567890.5']]]);
  });

  it('is recorded in the audit log, as is its revocation', async () => {
    const { body } = await create().expect(201);
    await revoke(body.id).expect(204);
    const { rows } = await site.database.pool.query(
      `select key_name, action from audit_log where target = $1 order by id`,
      [`demo/${body.id}`],
    );
    expect(rows).toEqual([
      { key_name: 'Ada', action: 'share-link.create' },
      { key_name: 'Ada', action: 'share-link.revoke' },
    ]);
  });

  it.each([
    ['an empty name', { name: '' }, 'name'],
    ['a name with NUL', { name: 'a\0' }, 'name'],
    ['a long name', { name: 'x'.repeat(201) }, 'name'],
    ['filters of an unknown dimension', { filters: [['is', 'visitor', ['x']]] }, 'filters'],
    ['filters that are not a list', { filters: 'path' }, 'filters'],
    ['a broken pattern', { filters: [['matches', 'path', ['(']]] }, 'filters'],
    ['too many conditions', { filters: Array(26).fill(['is_set', 'path']) }, 'filters'],
    ['a short password', { password: '1234567' }, 'password'],
    ['a password that is not text', { password: 12345678 }, 'password'],
    ['an instant without a zone', { expires_at: '2030-01-01T00:00:00' }, 'expires_at'],
    ['a day', { expires_at: '2030-01-01' }, 'expires_at'],
    ['an instant in the past', { expires_at: '2025-11-20T12:00:00Z' }, 'expires_at'],
    ['an unknown field', { slug: 'mine' }, 'slug'],
    ['a site', { site_id: 'other' }, 'site_id'],
  ])('is refused for %s', async (_name, fields, field) => {
    const { body } = await create(fields).expect(400);
    expect([body.error.code, body.error.details.field]).toEqual(['invalid_request', field]);
  });

  it('is refused beyond 500 usable ones', async () => {
    await site.database.pool.query(`insert into sites (site_id) values ('many')`);
    await site.database.pool.query(`insert into share_links (site_id, id, slug)
      select 'many', gen_random_uuid(), 'slug' || n from generate_series(1, 500) as n`);
    const many = '/api/v1/sites/many/share-links';
    expect((await create({}, site.keys.admin, many).expect(409)).body.error.message).toContain('500');
    await site.database.pool.query(
      `update share_links set revoked_at = now() where site_id = 'many' and slug = 'slug1'`,
    );
    await create({}, site.keys.admin, many).expect(201);
  });
});

describe('managing links', () => {
  it('requires an admin key of the site', async () => {
    const { body } = await create().expect(201);
    for (const key of [site.keys.reader, site.keys.ofOther]) {
      await create({}, key).expect(403);
      await request(site.app).get(address).set(bearer(key)).expect(403);
      await revoke(body.id, key).expect(403);
    }
    await request(site.app).post(address).send({}).expect(401);
    await create({}, site.keys.ofOther, '/api/v1/sites/other/share-links').expect(201);
    expect((await list()).every(({ revoked_at }: { revoked_at: unknown }) => revoked_at === undefined)).toBe(false);
  });

  it('answers 404 for unknown sites and links', async () => {
    await create({}, site.keys.admin, '/api/v1/sites/nowhere/share-links').expect(404);
    await request(site.app).get('/api/v1/sites/nowhere/share-links').set(bearer(site.keys.admin)).expect(404);
    await revoke('0190a5b0-7c3d-7000-8000-000000000001').expect(404);
    await revoke('x').expect(404);
    const ofDemo = (await create().expect(201)).body.id;
    await request(site.app)
      .delete(`/api/v1/sites/other/share-links/${ofDemo}`)
      .set(bearer(site.keys.ofOther))
      .expect(404);
  });
});

describe('the end of a link', () => {
  const open = (path: string) => request(site.app).get(`${path}/api/v1/session`);

  it('takes effect at once on revocation, which is idempotent', async () => {
    const { body } = await create().expect(201);
    await open(body.path).expect(200);
    await revoke(body.id).expect(204);
    const message = (await open(body.path).expect(404)).body.error.message;
    expect(message).toBe((await open('/share/AAAAAAAAAAAAAAAAAAAAAA').expect(404)).body.error.message);
    now = new Date(now.getTime() + 60_000);
    await revoke(body.id).expect(204);
    const revoked = (await list()).find(({ id }: { id: string }) => id === body.id);
    expect(revoked.revoked_at).toBe(new Date(now.getTime() - 60_000).toISOString());
  });

  it('comes at its expiry', async () => {
    const expires_at = new Date(now.getTime() + 1_000).toISOString();
    const { body } = await create({ expires_at }).expect(201);
    await open(body.path).expect(200);
    now = new Date(now.getTime() + 1_000);
    await open(body.path).expect(404);
  });

  it('comes when its site is being erased', async () => {
    await site.database.pool.query(`insert into sites (site_id) values ('short')`);
    const { body } = await create({}, site.keys.admin, '/api/v1/sites/short/share-links').expect(201);
    await open(body.path).expect(200);
    await request(site.app).delete('/api/v1/sites/short').set(bearer(site.keys.admin)).expect(202);
    await open(body.path).expect(404);
    await create({}, site.keys.admin, '/api/v1/sites/short/share-links').expect(404);
  });

  it('moves a link behind the usable ones in the list', async () => {
    const links: { revoked_at: string | null; expires_at: string | null }[] = await list();
    const isOver = links.map(({ revoked_at, expires_at }) => {
      return revoked_at !== null || (expires_at !== null && new Date(expires_at) <= now);
    });
    expect(isOver).toEqual([...isOver].sort((one, other) => Number(one) - Number(other)));
    expect(isOver).toContain(true);
  });
});

/** Browser logins over HTTP: who gets a session, what it allows, and when it ends. */
import { createKey, revokeKey } from '@millrace/shared/access/keys';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createJudge } from './documented-app.js';
import { bearer, type SharedSite, startSharedSite } from './share-links/shared-site.js';

let site: SharedSite;
let now = new Date('2025-11-20T12:00:00Z');
beforeAll(async () => {
  site = await startSharedSite({ now: () => now });
});
afterAll(() => site.stop());
// Failures in one test must not count in the next.
beforeEach(() => {
  now = new Date(now.getTime() + 120_000);
});

const ownPage = { 'sec-fetch-site': 'same-origin' };
const logIn = (key: unknown, headers: Record<string, string> = ownPage) =>
  request(site.app).post('/api/v1/session').set(headers).send({ key });

async function session(key: string): Promise<{ cookie: string }> {
  const { headers } = await logIn(key).expect(200);
  return { cookie: (headers['set-cookie'] as unknown as string[])[0]!.split(';')[0]! };
}

const show = (headers: Record<string, string>) => request(site.app).get('/api/v1/session').set(headers);
const query = { site_id: 'demo', metrics: ['views'], date_range: '7d' };

const judge = createJudge();

describe('logging in', () => {
  it('starts a session of 12 hours that scripts and other sites cannot use, and records it', async () => {
    const { body, headers } = await logIn(site.keys.reader).expect(200);
    expect(body).toEqual({ auth: 'key', scopes: ['read'], site_id: null, name: 'Rosa' });
    expect(judge('Session', body)).toBe(undefined);
    expect(headers['set-cookie']![0]).toMatch(
      /^millrace_reading=[\w-]{43}; Max-Age=43200; Path=\/; Expires=.*; HttpOnly; SameSite=Strict$/,
    );
    const { rows } = await site.database.pool.query('select key_name, action, target, details from audit_log');
    expect(rows).toContainEqual({ key_name: 'Rosa', action: 'session.start', target: '/', details: null });
  });

  it('marks the cookie as secure behind an HTTPS proxy', async () => {
    const { headers } = await logIn(site.keys.reader, { ...ownPage, 'x-forwarded-proto': 'https' }).expect(200);
    expect(headers['set-cookie']![0]).toContain('; Secure');
  });

  it('returns the scopes of a key and its site', async () => {
    expect((await logIn(site.keys.admin)).body).toEqual({
      ...{ auth: 'key', scopes: ['read', 'admin'], site_id: null, name: 'Ada' },
    });
    expect((await logIn(` ${site.keys.ofOther}\n`)).body).toMatchObject({ site_id: 'other', name: 'Olga' });
  });

  it('refuses keys that cannot read', async () => {
    const { key: writer } = await createKey(site.database.pool, { name: 'shop', scopes: ['write'] });
    expect((await logIn('mr_nonsense').expect(401)).body.error.code).toBe('unauthorized');
    expect((await logIn(writer).expect(403)).headers['set-cookie']).toBeUndefined();
    expect((await logIn(7).expect(400)).body.error.details.field).toBe('key');
    await request(site.app).post('/api/v1/session').set(ownPage).send(`key=${site.keys.admin}`).expect(415);
  });

  it('is refused from pages of other sites', async () => {
    await logIn(site.keys.admin, { 'sec-fetch-site': 'cross-site' }).expect(403);
    await logIn(site.keys.admin, { 'sec-fetch-site': 'same-site' }).expect(403);
    await logIn(site.keys.admin, { origin: 'https://evil.example' }).expect(403);
  });

  it('is refused for the rest of a minute after ten failures, even with the right key', async () => {
    for (let attempt = 0; attempt < 10; attempt += 1) await logIn('mr_guess').expect(401);
    const refused = await logIn(site.keys.admin).expect(429);
    expect([refused.body.error.code, refused.headers['retry-after']]).toEqual(['rate_limited', '60']);
    now = new Date(now.getTime() + 60_000);
    await logIn(site.keys.admin).expect(200);
  });
});

describe('a session', () => {
  it('has the access of the key that it was started with', async () => {
    const { body } = await show(await session(site.keys.reader)).expect(200);
    expect(body).toEqual({ auth: 'key', scopes: ['read'], site_id: null, name: 'Rosa' });
    const ofOther = await session(site.keys.ofOther);
    const ask = (site_id: string) =>
      request(site.app)
        .post('/api/v1/query')
        .set({ ...ofOther, ...ownPage })
        .send({ ...query, site_id });
    await ask('other').expect(200);
    await ask('demo').expect(403);
    await request(site.app).get('/api/v1/sites/demo').set(ofOther).expect(403);
  });

  it('yields to a header, even an invalid one', async () => {
    const cookie = await session(site.keys.admin);
    expect((await show({ ...cookie, ...bearer(site.keys.reader) }).expect(200)).body.name).toBe('Rosa');
    await show({ ...cookie, ...bearer('mr_nonsense') }).expect(401);
    await show({ ...cookie, authorization: 'Basic eA==' }).expect(401);
  });

  it('is required if keys are configured', async () => {
    expect((await show({}).expect(401)).body.error.code).toBe('unauthorized');
    await show({ cookie: `millrace_reading=${'a'.repeat(43)}` }).expect(401);
  });

  it('allows changes only from pages of this service', async () => {
    const cookie = await session(site.keys.admin);
    const rename = (headers: Record<string, string>) =>
      request(site.app)
        .patch('/api/v1/sites/other')
        .set({ ...cookie, ...headers })
        .send({ name: 'Renamed' });
    for (const foreign of ['cross-site', 'same-site', 'none']) await rename({ 'sec-fetch-site': foreign }).expect(403);
    await rename({ origin: 'https://evil.example' }).expect(403);
    await rename({ origin: 'null' }).expect(403);
    await rename({}).expect(403);
    await rename(ownPage).expect(200);
    await rename({ host: 'stats.example', origin: 'https://stats.example' }).expect(200);
  });

  it('allows no more than its key', async () => {
    const cookie = await session(site.keys.reader);
    await request(site.app)
      .patch('/api/v1/sites/demo')
      .set({ ...cookie, ...ownPage })
      .send({ name: 'x' })
      .expect(403);
  });

  it('ends at once when its key is revoked', async () => {
    const { id, key } = await createKey(site.database.pool, { name: 'Max', scopes: ['read'] });
    const cookie = await session(key);
    await show(cookie).expect(200);
    await revokeKey(site.database.pool, id);
    await show(cookie).expect(401);
  });

  it('ends when it expires', async () => {
    const cookie = await session(site.keys.reader);
    await site.database.pool.query('update sessions set expires_at = now()');
    await show(cookie).expect(401);
  });

  it('ends by logging out, which pages of other sites cannot do', async () => {
    const cookie = await session(site.keys.reader);
    const logOut = (headers: Record<string, string>) =>
      request(site.app)
        .delete('/api/v1/session')
        .set({ ...cookie, ...headers });
    await logOut({ 'sec-fetch-site': 'cross-site' }).expect(403);
    await show(cookie).expect(200);
    const { headers } = await logOut(ownPage).expect(204);
    expect(headers['set-cookie']![0]).toMatch(/^millrace_reading=;.* Expires=Thu, 01 Jan 1970/);
    await show(cookie).expect(401);
    await logOut(ownPage).expect(204);
  });
});

it('no login is needed if everyone has full access', async () => {
  const open = await startSharedSite({ now: () => now, isOpen: true });
  const everything = { auth: 'open', scopes: ['read', 'admin'], site_id: null, name: null };
  expect((await request(open.app).get('/api/v1/session').expect(200)).body).toEqual(everything);
  const { body, headers } = await request(open.app).post('/api/v1/session').set(ownPage).send({ key: 'x' }).expect(200);
  expect([body, headers['set-cookie']]).toEqual([everything, undefined]);
  await open.stop();
});

import { createKey, revokeKey } from '@millrace/shared/access/keys';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AdminService, auditRows, startAdminService } from './admin-service.js';

let service: AdminService;
let now = new Date('2026-03-01T12:00:00Z');
beforeAll(async () => {
  service = await startAdminService({ clock: () => now });
});
afterAll(() => service.stop());
// Failed attempts of one test must not count in the next.
beforeEach(() => {
  now = new Date(now.getTime() + 120_000);
});

const ownPage = { 'sec-fetch-site': 'same-origin' };

const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
  fetch(service.url + path, { method, headers, redirect: 'manual', ...(body !== undefined && { body }) });

const logIn = (key: string, headers: Record<string, string> = ownPage) =>
  send(
    'POST',
    '/admin/login',
    { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    new URLSearchParams({ key }).toString(),
  );

async function session(key = service.keys.admin.key): Promise<string> {
  const response = await logIn(key);
  expect(response.status).toBe(303);
  return response.headers.getSetCookie()[0]!.split(';')[0]!;
}

const pause = (headers: Record<string, string>) => send('PUT', '/admin/queues/api/queues/cleanup/pause', headers);
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('without a session', () => {
  it.each(['/admin', '/admin/queues', '/admin/queues/queue/cleanup', '/admin/queues/static/favicon.ico'])(
    'redirects a browser from %s to the login',
    async (path) => {
      const response = await send('GET', path);
      expect([response.status, response.headers.get('location')]).toEqual([303, '/admin/login']);
    },
  );

  it('answers API requests with a body that both clients and Bull Board understand', async () => {
    const response = await send('GET', '/admin/queues/api/queues');
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const message =
      'Log in at /admin/login, or send an admin key as `Authorization: Bearer <key>`. `npm run keys -- create --name NAME --scope admin` creates one.';
    expect(await response.json()).toEqual({
      success: false,
      error: { code: 'unauthorized', message, key: 'ERRORS.FORBIDDEN' },
      message,
    });
  });

  it('shows the complete command that creates an admin key', async () => {
    expect(await (await send('GET', '/admin/login')).text()).toContain(
      '<code>npm run keys -- create --name NAME --scope admin</code>',
    );
  });

  it('accepts only an admin key for all sites in the header', async () => {
    const statusFor = async (key: string) => (await send('GET', '/admin/queues/api/queues', bearer(key))).status;
    expect(await statusFor(service.keys.admin.key)).toBe(200);
    expect(await statusFor(service.keys.reader.key)).toBe(403);
    expect(await statusFor(service.keys.ofSite.key)).toBe(403);
    expect(await statusFor('mr_nonsense')).toBe(401);
    expect((await send('GET', '/admin/queues', { authorization: 'Basic eA==' })).status).toBe(401);
  });

  it('does not answer a change with a redirect', async () => {
    expect((await pause({})).status).toBe(401);
    expect((await send('DELETE', '/admin')).status).toBe(405);
  });
});

describe('logging in', () => {
  it('shows where to find a key, must not be framed or cached, and runs no scripts', async () => {
    const response = await send('GET', '/admin/login');
    expect(await response.text()).toContain('.millrace/admin-key');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'.*frame-ancestors 'none'$/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-powered-by')).toBe(null);
  });

  it('starts a session of 12 hours that scripts and other sites cannot use, and records the login', async () => {
    const response = await logIn(service.keys.admin.key);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/admin/queues']);
    const cookie = response.headers.getSetCookie()[0]!;
    expect(cookie).toMatch(
      /^millrace_session=[\w-]{43}; Max-Age=43200; Path=\/admin; Expires=.*; HttpOnly; SameSite=Strict$/,
    );
    const page = await send('GET', '/admin/queues', { cookie: cookie.split(';')[0]! });
    expect(page.status).toBe(200);
    expect(page.headers.get('x-powered-by')).toBe(null);
    expect(await auditRows(service)).toContainEqual({
      key_name: 'Ada',
      action: 'session.start',
      target: '/admin',
      details: null,
    });
  });

  it('restricts the cookie to HTTPS behind a proxy that uses it', async () => {
    const response = await logIn(service.keys.admin.key, { ...ownPage, 'x-forwarded-proto': 'https' });
    expect(response.headers.getSetCookie()[0]).toContain('; Secure');
  });

  it('stores only the hash of the token', async () => {
    const token = (await session()).split('=')[1]!;
    const { rows } = await service.database.pool.query('select * from sessions');
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(rows.every(({ token_hash }) => token_hash.length === 32)).toBe(true);
  });

  it('explains why a key is refused', async () => {
    const answerTo = async (key: string) => {
      const response = await logIn(key);
      return [response.status, /role="alert">(.*?)</.exec(await response.text())?.[1], response.headers.getSetCookie()];
    };
    const unknown = 'This key is unknown, revoked or expired.';
    expect(await answerTo('mr_nonsense')).toEqual([401, unknown, []]);
    expect(await answerTo('<script>')).toEqual([401, unknown, []]);
    expect(await answerTo('')).toEqual([401, unknown, []]);
    expect(await answerTo(service.keys.reader.key)).toEqual([403, 'This key does not have the scope "admin".', []]);
    expect((await answerTo(service.keys.ofSite.key))[0]).toBe(403);
  });

  it('treats a body that is not a form, or is too large, as an invalid key', async () => {
    expect(
      (await send('POST', '/admin/login', { ...ownPage, 'content-type': 'application/json' }, '{"key":1}')).status,
    ).toBe(401);
    expect((await logIn('x'.repeat(10_000))).status).toBe(401);
  });

  it("is refused from another site's page", async () => {
    expect((await logIn(service.keys.admin.key, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await logIn(service.keys.admin.key, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await logIn(service.keys.admin.key, { origin: service.url })).status).toBe(303);
  });

  it('is refused for the rest of the minute after ten failures, even with a valid key', async () => {
    for (let attempt = 0; attempt < 10; attempt += 1) expect((await logIn('mr_guess')).status).toBe(401);
    const refused = await logIn(service.keys.admin.key);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    now = new Date(now.getTime() + 60_000);
    expect((await logIn(service.keys.admin.key)).status).toBe(303);
  });

  it('is never refused because of successful logins', async () => {
    for (let attempt = 0; attempt < 12; attempt += 1) await session();
  });
});

describe('with a session', () => {
  it('accepts changes only from its own pages', async () => {
    const cookie = await session();
    const before = (await auditRows(service)).length;
    expect((await pause({ cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await pause({ cookie, 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await pause({ cookie, 'sec-fetch-site': 'none' })).status).toBe(403);
    expect((await pause({ cookie, origin: 'https://evil.example' })).status).toBe(403);
    expect((await pause({ cookie, origin: 'null' })).status).toBe(403);
    expect((await pause({ cookie })).status).toBe(403);
    expect(await service.queues.get('cleanup')!.isPaused()).toBe(false);
    expect(await auditRows(service)).toHaveLength(before);
    expect((await pause({ cookie, ...ownPage })).status).toBe(200);
    expect((await pause({ cookie, origin: service.url })).status).toBe(200);
    expect(await service.queues.get('cleanup')!.isPaused()).toBe(true);
  });

  it('ends immediately when its key is revoked', async () => {
    const { id, key } = await createKey(service.database.pool, { name: 'Max', scopes: ['admin'] });
    const cookie = await session(key);
    expect((await send('GET', '/admin/queues/api/queues', { cookie })).status).toBe(200);
    await revokeKey(service.database.pool, id);
    expect((await send('GET', '/admin/queues/api/queues', { cookie })).status).toBe(401);
  });

  it('ends when it expires', async () => {
    const cookie = await session();
    await service.database.pool.query('update sessions set expires_at = now()');
    expect((await send('GET', '/admin/queues', { cookie })).status).toBe(303);
  });

  it('ends on logout, which other pages cannot trigger', async () => {
    const cookie = await session();
    expect((await send('GET', '/admin/logout', { cookie })).status).toBe(200);
    expect((await send('POST', '/admin/logout', { cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const response = await send('POST', '/admin/logout', { cookie, ...ownPage });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/admin/login']);
    expect(response.headers.getSetCookie()[0]).toContain('Expires=Thu, 01 Jan 1970');
    expect((await send('GET', '/admin/queues', { cookie })).status).toBe(303);
  });
});

import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPasswords } from '../../src/share-links/passwords.js';
import { type SharedSite, startSharedSite } from './shared-site.js';

let site: SharedSite;
let link: string;
let now = new Date('2025-11-20T12:00:00Z');
beforeAll(async () => {
  site = await startSharedSite({ now: () => now, isEmbeddable: true });
});
afterAll(() => site.stop());
// Failures in one test must not count in the next.
beforeEach(async () => {
  now = new Date(now.getTime() + 120_000);
  link = await site.share({ password: 'correct horse' });
});

const give = (password: unknown, to = link, headers: Record<string, string> = {}) =>
  request(site.app).post(`${to}/api/v1/session`).set(headers).send({ password });
const show = (cookie: string, of = link) => request(site.app).get(`${of}/api/v1/session`).set('cookie', cookie);
const ask = (cookie: string, of = link) =>
  request(site.app)
    .post(`${of}/api/v1/query`)
    .set('cookie', cookie)
    .send({ site_id: 'demo', metrics: ['events'], date_range: 'all' });

async function pass(to = link): Promise<string> {
  const { headers } = await give('correct horse', to).expect(200);
  return (headers['set-cookie'] as unknown as string[])[0]!.split(';')[0]!;
}

describe('a link with a password', () => {
  it('shows nothing without it, not even its name', async () => {
    const { body, headers } = await show('').expect(401);
    expect(body.error.code).toBe('password_needed');
    expect(headers['www-authenticate']).toBeUndefined();
    expect((await ask('').expect(401)).body.error.code).toBe('password_needed');
    await request(site.app).get(`${link}/api/v1/sites/demo`).expect(401);
  });

  it('opens with it, using a cookie for this link only that scripts cannot read', async () => {
    const { body, headers } = await give('correct horse').expect(200);
    expect(body).toMatchObject({ auth: 'share', site_id: 'demo' });
    const cookie = headers['set-cookie']![0]!;
    expect(cookie).toMatch(
      new RegExp(
        `^millrace_share=\\d+\\.[\\w-]{43}; Max-Age=604800; Path=${link}; Expires=.*; HttpOnly; SameSite=Strict$`,
      ),
    );
    await show(cookie.split(';')[0]!).expect(200);
    expect((await ask(cookie.split(';')[0]!).expect(200)).body.results).toHaveLength(1);
  });

  it('opens in a frame of another site over HTTPS', async () => {
    const { headers } = await give('correct horse', link, { 'x-forwarded-proto': 'https' }).expect(200);
    expect(headers['set-cookie']![0]).toMatch(
      /; Secure; SameSite=None; Partitioned|Secure; Partitioned; SameSite=None/,
    );
  });

  it('opens whatever Unicode form the password is typed in', async () => {
    const composed = await site.share({ password: 'Ångström2' });
    await give('A\u030Angstro\u0308m2', composed).expect(200);
  });

  it('does not open with a wrong one', async () => {
    const { body, headers } = await give('correct horses').expect(401);
    expect([body.error.code, headers['set-cookie']]).toEqual(['password_needed', undefined]);
    expect(body.error.message).toContain('password is wrong');
    expect((await give(7).expect(400)).body.error.details.field).toBe('password');
    await give('').expect(400);
    await request(site.app).post(`${link}/api/v1/session`).expect(415);
  });

  it('does not open with the cookie of another link, a forged one or an expired one', async () => {
    const cookie = await pass();
    const other = await site.share({ password: 'correct horse' });
    await show(cookie, other).expect(401);
    const [, expires = '', signature = ''] = /=(\d+)\.(.*)$/.exec(cookie)!;
    await show(`millrace_share=${Number(expires) + 1}.${signature}`).expect(401);
    await show(`millrace_share=${expires}.${'A'.repeat(43)}`).expect(401);
    await show(`x=1; ${cookie}; y=2`).expect(200);
    now = new Date(now.getTime() + 7 * 86_400_000);
    await show(cookie).expect(401);
  });

  it('does not open with the cookie of an earlier password', async () => {
    const cookie = await pass();
    const hash = await createPasswords({ log2N: 4, r: 8, p: 1 }).hash('another horse');
    await site.database.pool.query('update share_links set password_hash = $2 where slug = $1', [
      ...[link.slice('/share/'.length), hash],
    ]);
    await show(cookie).expect(401);
    await give('another horse').expect(200);
  });

  it('stays closed once it is revoked, with the cookie as well as with the password', async () => {
    const cookie = await pass();
    await site.database.pool.query('update share_links set revoked_at = now()');
    await show(cookie).expect(404);
    await give('correct horse').expect(404);
  });
});

it('accepts any password for a link that has none', async () => {
  const { headers } = await give('whatever', await site.share()).expect(200);
  expect(headers['set-cookie']).toBeUndefined();
});

describe('guesses', () => {
  it('are refused for the rest of a minute after ten from one client, even the right one', async () => {
    for (let guess = 0; guess < 10; guess += 1) await give(`guess ${guess}`).expect(401);
    const refused = await give('correct horse').expect(429);
    expect([refused.body.error.code, refused.headers['retry-after']]).toEqual(['rate_limited', '60']);
    now = new Date(now.getTime() + 60_000);
    await give('correct horse').expect(200);
  });

  it('count per client, across all links', async () => {
    const other = await site.share({ password: 'battery staple' });
    for (let guess = 0; guess < 10; guess += 1) await give(`guess ${guess}`, guess % 2 ? link : other).expect(401);
    await give('correct horse').expect(429);
  });

  it('are counted per client behind a proxy, and per link for all clients', async () => {
    const guess = (client: number) => give('guess', link, { 'x-forwarded-for': `192.0.2.${client}` });
    const from = (client: number) => give('correct horse', link, { 'x-forwarded-for': `192.0.2.${client}` });
    const cookie = await pass();
    for (let attempt = 0; attempt < 59; attempt += 1) await guess(attempt % 6).expect(401);
    await from(7).expect(200);
    await guess(8).expect(401);
    await from(7).expect(429);
    await show(cookie).expect(200);
    await give('battery staple', await site.share({ password: 'battery staple' })).expect(200);
  });

  it('do not count if they are right', async () => {
    for (let time = 0; time < 12; time += 1) await give('correct horse').expect(200);
  });
});

it('opens below the folder of PUBLIC_URL, to which browsers must send its cookie', async () => {
  const below = await startSharedSite({ now: () => now, publicUrl: 'https://example.org/stats/' });
  const path = await below.share({ password: 'correct horse' });
  const { headers } = await request(below.app)
    .post(`${path}/api/v1/session`)
    .send({ password: 'correct horse' })
    .expect(200);
  expect(headers['set-cookie']![0]).toContain(`; Path=/stats${path};`);
  await below.stop();
});

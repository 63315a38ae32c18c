/** How the dashboard's files are served, and which addresses are left to other routes. */
import { gunzipSync } from 'node:zlib';
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDocumentedApp } from './documented-app.js';

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

let database: TestDatabase;
let app: Express;
beforeAll(async () => {
  database = await createTestDatabase();
  ({ app } = buildDocumentedApp(database.pool));
});
afterAll(() => database.drop());

const open = (path: string) => request(app).get(path).set('accept', browser);

/** Name of the first script that the page loads. */
async function scriptOf(path: string): Promise<string> {
  const { text } = await open(path);
  return /src="(assets\/[a-z]+-[A-Z0-9]+\.js)"/.exec(text)![1]!;
}

describe('the page', () => {
  it.each([
    '/',
    '/shop',
    '/shop/funnels',
    '/sites/docs',
    '/sites/api',
    '/share/abc',
    '/share',
    '/operator',
    '/not/a/page',
  ])('is served to a browser that requests %s', async (path) => {
    const { status, headers, text } = await open(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(text).toContain('<div id="page"></div>');
  });

  it('may only load and run what comes from this origin, and cannot be framed', async () => {
    const { headers } = await open('/shop');
    expect(headers['content-security-policy']).toBe(
      "default-src 'self'; img-src 'self' data:; base-uri 'self'; form-action 'self'; object-src 'none'; frame-ancestors 'none'",
    );
    expect(headers['cache-control']).toBe('no-store');
    expect((await open('/share/abc')).headers['content-security-policy']).toContain("frame-ancestors 'self'");
  });

  it('of a site named "share" is not a shared link', async () => {
    const { headers } = await open('/share');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers).not.toHaveProperty('x-robots-tag');
  });

  it("loads its files from the proxy's folder in PUBLIC_URL", async () => {
    const behindProxy = buildDocumentedApp(database.pool, { pages: { publicUrl: 'https://example.org/stats/' } }).app;
    const { text } = await request(behindProxy).get('/shop').set('accept', browser);
    expect(text).toContain('<base href="/stats/">');
  });
});

it('answers 404 instead of asking for a key when a file belongs to another release', async () => {
  const keys = createKeyRing(database.pool, silent);
  const closed = buildDocumentedApp(database.pool, { keys }).app;
  await request(closed).get('/assets/chunk-AAAAAAAA.js').expect(404);
  await request(closed).get('/api/v1/none').expect(401);
  await keys.close();
});

describe('a client that does not request HTML', () => {
  it('gets the name of the service at /', async () => {
    const { body } = await request(app).get('/');
    expect(body).toMatchObject({ service: 'reporting', docs: '/docs' });
  });

  it.each([
    ['GET', '/shop', 404],
    ['POST', '/shop', 404],
    ['GET', '/assets/none.js', 404],
    ['GET', '/api/v1/none', 404],
    ['GET', '/stats', 400],
  ])('gets the answer of the API to %s %s', async (method, path, status) => {
    const answer = method === 'POST' ? request(app).post(path) : request(app).get(path);
    const { status: found, body } = await answer;
    expect([found, typeof body.error.code]).toEqual([status, 'string']);
  });

  it('gets the same answer as a browser at addresses of the API', async () => {
    const answers = await Promise.all(['/stats', '/health/live', '/api/v1/none', '/openapi.json'].map(open));
    expect(answers.map(({ type }) => type)).toEqual(Array.from({ length: 4 }, () => 'application/json'));
  });
});

describe('a file', () => {
  it('has a hash in its name and is cached forever', async () => {
    const { headers, text } = await request(app).get(`/${await scriptOf('/')}`);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headers.vary).toBe('Accept-Encoding');
    expect(text.length).toBeGreaterThan(10_000);
  });

  it.each([
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['identity', undefined],
  ])('is compressed with an encoding that the client accepts: %s', async (accepted, encoding) => {
    const file = `/${await scriptOf('/')}`;
    const { headers } = await request(app).get(file).set('accept-encoding', accepted);
    expect(headers['content-encoding']).toBe(encoding);
  });

  it('is the same when it is compressed', async () => {
    const file = `/${await scriptOf('/')}`;
    const plain = await request(app).get(file).set('accept-encoding', 'identity');
    const collect = (res: NodeJS.ReadableStream, done: (error: Error | null, body: Buffer) => void) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => done(null, Buffer.concat(chunks)));
    };
    const packed = await request(app)
      .get(file)
      .set('accept-encoding', 'gzip')
      .buffer(true)
      .parse(collect as never);
    const body = packed.body as Buffer;
    const text = body[0] === 0x1f ? gunzipSync(body).toString() : body.toString();
    expect(text).toBe(plain.text);
  });
});

/** How browsers and proxies may cache the tracking scripts. */
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { silent } from '@millrace/shared/testing/database';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { buildApp } from '../src/app.js';

const app = buildApp({ logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false }, () => false);
const get = (path: string, encoding = 'identity') => request(app).get(path).set('accept-encoding', encoding);

describe.each(['m', 'millrace-vitals'])('/%s.js', (name) => {
  it('is cached for an hour and links to the URL that is cached forever', async () => {
    const { headers, text } = await get(`/${name}.js`).expect(200);
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=3600, stale-while-revalidate=86400',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
      vary: 'Accept-Encoding',
    });
    const hashed = headers['content-location']!;
    expect(hashed).toMatch(new RegExp(`^${name}\\.[0-9a-f]{12}\\.js$`));
    const forever = await get(`/${hashed}`).expect(200);
    expect(forever.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(forever.text).toBe(text);
  });

  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, br;q=0', 'gzip'],
    ['gzip;q=0.5', 'gzip'],
    ['identity', undefined],
    ['zstd, *;q=0', undefined],
  ])('is compressed for a browser that accepts %s', async (accepted, encoding) => {
    const plain = await get(`/${name}.js`);
    const packed = await get(`/${name}.js`, accepted).expect(200);
    expect([packed.headers['content-encoding'], packed.text]).toEqual([encoding, plain.text]);
  });

  it('is not sent again while it is unchanged', async () => {
    const { etag } = (await get(`/${name}.js`, 'br')).headers;
    await get(`/${name}.js`, 'br').set('if-none-match', etag!).expect(304);
    await get(`/${name}.js`, 'gzip').set('if-none-match', etag!).expect(200);
  });

  it('is also served under the hash of an earlier release, without being cached forever', async () => {
    const { headers, text } = await get(`/${name}.0123456789ab.js`).expect(200);
    expect([headers['cache-control'], text]).toEqual([
      expect.stringContaining('max-age=3600'),
      (await get(`/${name}.js`)).text,
    ]);
  });

  it('has no other names, and accepts no events', async () => {
    await get(`/${name}.0123.js`).expect(404);
    await request(app).post(`/${name}.js`).expect(405);
    await request(app).head(`/${name}.js`).expect(200);
  });
});

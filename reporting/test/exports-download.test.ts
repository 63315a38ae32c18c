/** The file of an export over HTTP: whole and in parts, by key and by link, under any name. */
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { generateKey, registerKey } from '@millrace/shared/access/keys';
import { silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLinks } from '../src/exports/export-links.js';
import { addJune, type ExportStack, startExportStack } from './export-stack.js';

let stack: ExportStack;
let id: string;
let text: string;
let etag: string;
const key = generateKey();

const get = (path = '/download') => request(stack.app).get(`/api/v1/exports/${id}${path}`);
const withKey = (path?: string) => get(path).set('authorization', `Bearer ${key}`);

async function written(body: object): Promise<string> {
  const params = { site_id: 'shop', date_range: ['2026-06-01', '2026-06-01'] };
  const { body: made } = await stack
    .post({ dataset: 'events', params, format: 'csv', ...body })
    .set('authorization', `Bearer ${key}`)
    .expect(202);
  await eventually(async () => (await stack.rowOf(made.id)).status === 'completed', 'the export is written');
  return made.id;
}

beforeAll(async () => {
  stack = await startExportStack({ keys: (pool) => createKeyRing(pool, silent) });
  await registerKey(stack.database.pool, key, { name: 'reader', scopes: ['read'] });
  await addJune(stack.database);
  await stack.addEvents('shop', 10);
  await stack.startWorker();
  id = await written({});
  const answer = await withKey().expect(200);
  text = answer.text;
  etag = answer.headers.etag!;
});
afterAll(() => stack.stop());

describe('a part', () => {
  it.each([
    ['bytes=0-9', 0, 10],
    ['bytes=5-', 5, undefined],
    ['bytes=-7', -7, undefined],
    ['bytes=3-99999999', 3, undefined],
  ])('%s is sent', async (range, from, to) => {
    const { body, headers } = await withKey().set('range', range).buffer().parse(bytes).expect(206);
    const part = text.slice(from, to);
    expect(body).toBe(part);
    const start = from < 0 ? text.length + from : from;
    expect(headers).toMatchObject({
      'content-range': `bytes ${start}-${start + part.length - 1}/${text.length}`,
      'content-length': String(part.length),
      etag,
    });
  });

  it.each(['bytes=-99999999', 'bytes=-99999999999999999999'])(
    '%s of a smaller file is the whole file',
    async (range) => {
      const { body, headers } = await withKey().set('range', range).buffer().parse(bytes).expect(206);
      expect(body).toBe(text);
      expect(headers['content-range']).toBe(`bytes 0-${text.length - 1}/${text.length}`);
    },
  );

  it.each(['bytes=99999999-', 'bytes=-0'])('%s beyond the file is refused with its length', async (range) => {
    const { headers, body } = await withKey().set('range', range).expect(416);
    expect(headers['content-range']).toBe(`bytes */${text.length}`);
    expect(body.error.code).toBe('range_not_satisfiable');
  });

  it.each(['bytes=0-1,5-6', 'lines=1-2', 'bytes', 'bytes=x-y', 'bytes=5-2,x'])(
    '%s, which is invalid, returns the whole file',
    async (range) => {
      const { status } = await withKey().set('range', range);
      expect([200, 416]).toContain(status);
    },
  );

  it('returns the whole file if the file has changed', async () => {
    const range = { range: 'bytes=0-3' };
    await withKey()
      .set({ ...range, 'if-range': etag })
      .expect(206);
    await withKey()
      .set({ ...range, 'if-range': '"other"' })
      .expect(200, text);
    await withKey()
      .set({ ...range, 'if-range': `W/${etag}` })
      .expect(200, text);
    await withKey()
      .set({ ...range, 'if-range': new Date(Date.now() + 60_000).toUTCString() })
      .expect(206);
    await withKey()
      .set({ ...range, 'if-range': new Date(0).toUTCString() })
      .expect(200, text);
    await withKey()
      .set({ ...range, 'if-range': 'nonsense' })
      .expect(200, text);
  });
});

/** Sent as bytes, not as text: a part of a text may be anything. */
function bytes(res: request.Response, done: (error: Error | null, body: unknown) => void): void {
  const chunks: Buffer[] = [];
  res.on('data', (chunk: Buffer) => chunks.push(chunk));
  res.on('end', () => done(null, Buffer.concat(chunks).toString()));
}

describe('a client', () => {
  it('that already has the file gets 304', async () => {
    const { headers } = await withKey().set('if-none-match', etag).expect(304);
    expect(headers['content-length']).toBeUndefined();
    await withKey().set('if-none-match', '"other"').expect(200);
  });

  it('gets the headers with HEAD, which does not count as a download', async () => {
    // A separate export, since downloads are counted shortly after they have ended.
    const own = await written({});
    const { headers, text: body } = await request(stack.app)
      .head(`/api/v1/exports/${own}/download`)
      .set('authorization', `Bearer ${key}`)
      .expect(200);
    expect(headers).toMatchObject({ 'content-length': String(text.length), etag, 'accept-ranges': 'bytes' });
    expect(body).toBeFalsy();
    expect(Number((await stack.rowOf(own)).downloads)).toBe(0);
  });
});

describe('the file name for a browser', () => {
  it.each([
    ['June', 'attachment; filename=June.csv'],
    ['June.CSV', 'attachment; filename=June.CSV'],
    ['a "b" c', 'attachment; filename="a \\"b\\" c.csv"'],
    ['März €', `attachment; filename="M?rz ?.csv"; filename*=UTF-8''M%C3%A4rz%20%E2%82%AC.csv`],
    ['日本', `attachment; filename="??.csv"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.csv`],
    ['a%41;b=c', `attachment; filename="a%41;b=c.csv"; filename*=UTF-8''a%2541%3Bb%3Dc.csv`],
  ])('%s is encoded so that the browser gets exactly that name', async (filename, expected) => {
    const other = await written({ filename });
    const path = `/api/v1/exports/${other}/download`;
    const { headers } = await request(stack.app).get(path).set('authorization', `Bearer ${key}`).expect(200);
    expect(headers['content-disposition']).toBe(expected);
  });
});

describe('a link', () => {
  const link = (body?: object) => {
    const linkRequest = request(stack.app).post(`/api/v1/exports/${id}/link`).set('authorization', `Bearer ${key}`);
    return body === undefined ? linkRequest : linkRequest.send(body);
  };

  it('works without a key until it expires', async () => {
    const before = Date.now();
    const { url, expires_at } = (await link().expect(200)).body;
    expect(url).toMatch(new RegExp(`^/api/v1/exports/${id}/download\\?expires=\\d+&signature=[A-Za-z0-9_-]{43}$`));
    expect(Date.parse(expires_at) - before).toBeGreaterThan(86_390_000);
    await get().expect(401);
    await request(stack.app).get(url).expect(200, text);
    await request(stack.app).get(url).set('range', 'bytes=0-3').expect(206);
  });

  it.each([
    ['https://stats.example.org', 'https://stats.example.org'],
    ['https://example.org/stats/', 'https://example.org/stats'],
  ])('is an absolute URL if the service is public at %s', async (publicUrl, start) => {
    const app = stack.appWith({ publicUrl });
    const linkRequest = request(app).post(`/api/v1/exports/${id}/link`).set('authorization', `Bearer ${key}`);
    const { url } = (await linkRequest.expect(200)).body as { url: string };
    expect(url.startsWith(`${start}/api/v1/exports/${id}/download?expires=`)).toBe(true);
    await request(app).get(url.slice(start.length)).expect(200, text);
  });

  it('expires at the announced time', async () => {
    const { url } = (await link({ expiresIn: 1 }).expect(200)).body;
    await eventually(async () => (await request(stack.app).get(url)).status === 403, 'the link has expired');
  });

  it('is bound to its export, its expiry and its secret', async () => {
    const { url } = (await link({ expiresIn: 3_600 }).expect(200)).body as { url: string };
    const { searchParams } = new URL(url, 'http://x');
    const [expires, signature] = [searchParams.get('expires')!, searchParams.get('signature')!];
    const another = await written({});
    const later = Number(expires) + 1;
    const forged = await createLinks(stack.database.pool, 'another secret, as long as the first').sign(
      `/api/v1/exports/${id}/download`,
      later,
    );
    const flipped = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`;
    for (const path of [
      `/api/v1/exports/${another}/download?expires=${expires}&signature=${signature}`,
      `/api/v1/exports/${id}/download?expires=${later}&signature=${signature}`,
      `/api/v1/exports/${id}/download?expires=${expires}&signature=${flipped}`,
      `/api/v1/exports/${id}/download?expires=${expires}&signature=`,
      `/api/v1/exports/${id}/download?expires=${expires}&signature=${signature}A`,
      `/api/v1/exports/${id}/download?expires=${expires}&signature=${signature}&signature=${signature}`,
      `/api/v1/exports/${id}/download?expires=1e99&signature=${signature}`,
      `/api/v1/exports/${id}/download?signature=${signature}`,
      forged,
    ]) {
      const { status, body } = await request(stack.app).get(path);
      expect([path, status, body.error?.code]).toEqual([path, 403, 'forbidden']);
    }
  });

  it('opens nothing but the file', async () => {
    const { url } = (await link().expect(200)).body as { url: string };
    const query = url.slice(url.indexOf('?'));
    for (const path of [`/api/v1/exports/${id}`, '/api/v1/exports', '/api/v1/sites']) {
      await request(stack.app).get(`${path}${query}`).expect(401);
    }
    await request(stack.app).delete(url).expect(405);
  });

  it('stops working when its export is deleted', async () => {
    const doomed = await written({});
    const linkRequest = request(stack.app).post(`/api/v1/exports/${doomed}/link`).set('authorization', `Bearer ${key}`);
    const { url } = (await linkRequest.expect(200)).body;
    await request(stack.app).delete(`/api/v1/exports/${doomed}`).set('authorization', `Bearer ${key}`).expect(200);
    await request(stack.app).get(url).expect(404);
  });

  it.each([{ expiresIn: 0 }, { expiresIn: 31 * 86_400 }, { expiresIn: '60' }, { expiresIn: 1.5 }, { other: 1 }, []])(
    'is refused for %j',
    async (body) => void (await link(body).expect(400)),
  );

  it.each(['1h', '60', 1.5])('says that %j is not a number of seconds', async (expiresIn) => {
    const { error } = (await link({ expiresIn }).expect(400)).body;
    expect(error.message).toMatch(/^expiresIn must be a (whole )?number of seconds/);
  });

  it('is signed alike by all replicas of a database if no secret is configured', async () => {
    const { pool } = stack.database;
    const [one, other] = [createLinks(pool), createLinks(pool)];
    const [first, second] = await Promise.all([one.sign('/x', 9e9), other.sign('/x', 9e9)]);
    expect(first).toBe(second);
  });
});

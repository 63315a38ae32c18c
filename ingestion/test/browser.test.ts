/** Sends events from a page of another origin, in a real browser, to a real queue. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createQueue, type Queue } from '@millrace/shared/queue/queue';
import { hasChromium, launchChromium } from '@millrace/shared/testing/chromium';
import { createTestDatabase, silent, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { queueEnvironment } from '@millrace/shared/testing/stack';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The ways to send, by name; each resolves with what the page can see of the response. */
const script = `
const type = 'application/json';
const beacon = (body) => navigator.sendBeacon(target + '/event', body);
const post = async (more = {}, path = '/event', body = json) => {
  const headers = { 'content-type': type, ...more.headers };
  return (await fetch(target + path, { method: 'POST', body, ...more, headers })).status;
};
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const ways = {
  'beacon of a string': () => beacon(json),
  'beacon of a text Blob': () => beacon(new Blob([json], { type: 'text/plain' })),
  'beacon of a JSON Blob': () => beacon(new Blob([json], { type })),
  'fetch': () => post(),
  'fetch with keepalive': () => post({ keepalive: true }),
  'fetch with credentials': () => post({ credentials: 'include' }),
  'fetch with traceparent': () => post({ headers: { traceparent, 'x-other': '1' } }),
  'fetch of a batch': () => post({ credentials: 'include', headers: { authorization: 'Bearer x' } }, '/events', '[' + json + ']'),
  'image': async () => {
    const image = new Image();
    image.src = target + '/event?' + new URLSearchParams(JSON.parse(json));
    await image.decode();
    return image.naturalWidth;
  },
};
let target, json;
function send(way, url, path) {
  target = url;
  json = JSON.stringify({ site_id: 'demo', event_type: 'view', path });
  return ways[way]();
}
function sendWhenLeaving(url) {
  addEventListener('pagehide', () => send('beacon of a JSON Blob', url, '/leaving'));
}
async function refusal(url) {
  const response = await fetch(url + '/event', { method: 'POST', body: '{}', credentials: 'include' });
  return [response.status, (await response.json()).error.code];
}`;

const ways: [way: string, learned: unknown][] = [
  ['beacon of a string', true],
  ['beacon of a text Blob', true],
  ['beacon of a JSON Blob', true],
  ['fetch', 200],
  ['fetch with keepalive', 200],
  ['fetch with credentials', 200],
  ['fetch with traceparent', 200],
  ['fetch of a batch', 200],
  ['image', 1],
];

describe.skipIf(!hasChromium())('from a page of another origin', () => {
  let database: TestDatabase;
  let ingestion: SpawnedService;
  let queue: Queue;
  let pages: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    database = await createTestDatabase();
    const location = testQueue('postgres', database);
    ingestion = await spawnService('ingestion', { DATABASE_URL: database.url, ...queueEnvironment(location) });
    await eventually(async () => (await fetch(`${ingestion.url}/health/ready`)).ok, 'ingestion is ready');
    queue = createQueue('event-ingest', location, silent);
    pages = createServer((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/html', 'cross-origin-embedder-policy': 'require-corp' });
      res.end(`<!doctype html><title>a shop</title><script>${script}</script>`);
    }).listen(0, '127.0.0.1');
    await once(pages, 'listening');
    browser = await launchChromium();
    page = await (await browser.newContext()).newPage();
    await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
  });
  afterAll(async () => {
    await browser?.close();
    pages?.close();
    await queue?.close();
    await ingestion?.end();
    await database?.drop();
  });

  async function queuedPaths(): Promise<string[]> {
    const jobs = await queue.getWaiting();
    return jobs.flatMap((job) => (JSON.parse(job.data.events) as { path: string }[]).map(({ path }) => path));
  }

  it.each(ways)('a %s arrives, and the page can read the response', async (way, learned) => {
    const path = `/${way.replaceAll(' ', '-')}`;
    expect(await page.evaluate(`send('${way}', '${ingestion.url}', '${path}')`)).toBe(learned);
    await eventually(async () => (await queuedPaths()).includes(path), `${path} is queued`);
  });

  it('a beacon sent while the page closes arrives', async () => {
    const leaving = await page.context().newPage();
    await leaving.goto(page.url());
    await leaving.evaluate(`sendWhenLeaving('${ingestion.url}')`);
    await leaving.goto('about:blank');
    await eventually(async () => (await queuedPaths()).includes('/leaving'), 'the last event is queued');
  });

  it('a refusal can be read too', async () => {
    expect(await page.evaluate(`refusal('${ingestion.url}')`)).toEqual([400, 'invalid_event']);
  });
});

import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FastifyMillraceOptions, fastifyContext, millraceFastify } from '../src/fastify.js';
import { createMillrace, type Millrace } from '../src/millrace.js';
import { type Collector, startCollector } from './collector.js';

let collector: Collector;
let client: Millrace;
let app: FastifyInstance;
beforeEach(async () => {
  collector = await startCollector();
  client = createMillrace({ url: collector.url, site: 'demo' });
});
afterEach(async () => {
  await app.close();
  await collector.close();
});

const headers = {
  host: 'shop.example',
  'user-agent': 'Mozilla/5.0 (X11)',
  accept: 'text/html,*/*',
  referer: 'https://news.example/',
  'x-forwarded-for': '203.0.113.7',
};

async function shop(options: Partial<FastifyMillraceOptions> = {}, trustProxy = false): Promise<void> {
  app = fastify({ trustProxy });
  await app.register(millraceFastify, { client, ...options });
  app.get('/pricing', (_request, reply) => reply.type('text/html').send('<p>9 EUR'));
  app.get('/api', (request) => {
    request.millrace.track({ event_type: 'requested', properties: { ...fastifyContext(request) } });
    return {};
  });
  await app.ready();
}

async function sent(): Promise<Record<string, unknown>[]> {
  await client.flush();
  return collector.accepted.map(({ event_id: _id, timestamp: _time, site_id: _site, ...rest }) => rest);
}

it('adds page, referrer and visitor to an event, and trusts a proxy only if Fastify does', async () => {
  const expected = [false, true].map((trust) => {
    const context = { ip: trust ? '203.0.113.7' : '127.0.0.1', user_agent: 'Mozilla/5.0 (X11)' };
    const path = 'http://shop.example/api?utm_source=x';
    return { event_type: 'requested', path, referrer: 'https://news.example/', context, properties: context };
  });
  for (const trust of [false, true]) {
    await shop({}, trust);
    await app.inject({ url: '/api?utm_source=x', headers });
  }
  expect(await sent()).toEqual(expected);
});

it('optionally tracks views of HTML pages, with the logged-in user', async () => {
  await shop({ views: true, userId: (request) => String(request.headers['x-user']) });
  await app.inject({ url: '/pricing', headers: { ...headers, 'x-user': 'ada' } });
  await app.inject({ url: '/pricing', method: 'HEAD', headers });
  await app.inject({ url: '/nowhere', headers });
  expect(await sent()).toEqual([
    {
      event_type: 'view',
      path: 'http://shop.example/pricing',
      referrer: 'https://news.example/',
      user_id: 'ada',
      context: { ip: '127.0.0.1', user_agent: 'Mozilla/5.0 (X11)' },
    },
  ]);
});

it('tracks no views by default, and those that a function selects', async () => {
  await shop();
  await app.inject({ url: '/pricing', headers });
  await shop({ views: (request) => request.url === '/pricing' });
  await app.inject({ url: '/pricing', headers });
  await app.inject({ url: '/nowhere', headers });
  expect((await sent()).map(({ path }) => path)).toEqual(['http://shop.example/pricing']);
});

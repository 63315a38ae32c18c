/** Enrichment over HTTP: from which requests, and while site settings are not loaded. */
import type { SentVisitor } from '@millrace/shared/contract/sent-visitor';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFindFacts, type Facts } from '../src/facts.js';
import { createTestLane } from './create-test-lane.js';

const queued: Record<string, unknown>[] = [];
const seen: { facts: Facts | undefined; visitor: SentVisitor | undefined }[] = [];
let isKnown = true;

const events = {
  async enqueue({ text }: { text: string }) {
    queued.push(...(JSON.parse(`[${text}]`) as Record<string, unknown>[]));
    return undefined;
  },
  drain: async () => {},
};
const lane = createTestLane({
  events,
  findFacts: createFindFacts((address) => address === '127.0.0.1', ['cf-ipcountry']),
  enrich: ({ visitor }, facts) => {
    seen.push({ facts, visitor });
    return isKnown;
  },
});
const handler: Parameters<typeof request>[0] = (req: Parameters<typeof lane>[0], res: Parameters<typeof lane>[1]) =>
  void lane(req, res);

const event = { site_id: 'shop', event_type: 'view', path: '/' };
const post = (headers: Record<string, string>, body: object = event) =>
  request(handler).post('/event').set('content-type', 'text/plain').set(headers).send(JSON.stringify(body));

beforeEach(() => {
  queued.length = 0;
  seen.length = 0;
  isKnown = true;
});

describe('the visitor', () => {
  it('comes from the headers of a page, or from those that a proxy passes on', async () => {
    await post({
      origin: 'https://shop.example',
      'user-agent': 'Mozilla/5.0 (X11)',
      'accept-language': 'de-AT,de;q=0.8',
      'sec-ch-ua-platform': '"Linux"',
      'x-forwarded-for': '198.51.100.4, 203.0.113.7',
      'cf-ipcountry': 'AT',
    }).expect(200);
    expect(seen[0]!.facts).toMatchObject({
      ...{ address: '203.0.113.7', userAgent: 'Mozilla/5.0 (X11)', language: 'de-AT', hostname: 'shop.example' },
      ...{ country: 'AT', hints: { 'sec-ch-ua-platform': '"Linux"' } },
    });
  });

  it.each<[string, Record<string, string>]>([
    ['from a server', { 'user-agent': 'node', 'cf-ipcountry': 'AT' }],
    ['from a server with the user agent of a browser', { 'user-agent': 'Mozilla/5.0 Umami/v20' }],
  ])('is not taken from a request %s', async (_name, headers) => {
    await post(headers).expect(200);
    expect(seen).toEqual([{ facts: undefined, visitor: undefined }]);
  });

  it('is taken from an image that a browser loads, but not from one that a program requests', async () => {
    const address = '/event?site_id=shop&event_type=view&path=/';
    await request(handler).get(address).set({ 'user-agent': 'Mozilla/5.0 (X11)', referer: 'https://shop.example/a' });
    await request(handler).get(address).set({ 'user-agent': 'curl/8.5.0' });
    expect(seen.map(({ facts }) => facts?.hostname)).toEqual(['shop.example', undefined]);
  });

  it('can be passed on by a server, and is not stored', async () => {
    const context = { ip: '203.0.113.7', user_agent: 'Mozilla/5.0 (X11)' };
    await post({}, { ...event, context }).expect(200);
    expect(seen).toEqual([{ facts: undefined, visitor: context }]);
    expect(JSON.stringify(queued)).not.toMatch(/203\.0\.113\.7|Mozilla|context/);
  });

  it.each<[object, string, string]>([
    [{ colour: 'red' }, 'unknown_field', 'context.colour'],
    [{ ip: 7 }, 'wrong_type', 'context.ip'],
  ])('is refused if the context is %j', async (context, reason, field) => {
    const { body } = await post({}, { ...event, context }).expect(400);
    expect(body.error.details).toEqual({ reason, field });
  });
});

it('refuses all events of a request, so that it is retried, until site settings are loaded', async () => {
  isKnown = false;
  const refused = await post({ origin: 'https://shop.example' }).expect(503);
  expect(refused.body.error.code).toBe('database_unavailable');
  expect(refused.headers['retry-after']).toMatch(/^\d+$/);
  expect(queued).toEqual([]);
  isKnown = true;
  await post({ origin: 'https://shop.example' }).expect(200);
  expect(queued.length).toBe(1);
});

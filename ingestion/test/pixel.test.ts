/** `GET /event`, for pages and mails that can load an image but not post. */
import { createTelemetry, type Telemetry } from '@millrace/shared/platform/telemetry';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTestLane } from './create-test-lane.js';

const now = Date.UTC(2026, 10, 23);
const queued: Record<string, unknown>[] = [];
const events = {
  async enqueue({ text }: { text: string }) {
    queued.push(...(JSON.parse(`[${text}]`) as Record<string, unknown>[]));
    return undefined;
  },
  drain: async () => {},
};
let telemetry: Telemetry;
let handler: Parameters<typeof request>[0];
beforeEach(() => {
  queued.length = 0;
  telemetry = createTelemetry();
  const lane = createTestLane({ events, telemetry, now: () => now });
  handler = (req: Parameters<typeof lane>[0], res: Parameters<typeof lane>[1]) => void lane(req, res);
});

const least = 'site_id=demo&event_type=view&path=%2Fpricing';
const get = (query: string) => request(handler).get(`/event?${query}`);

it('answers with an image that must not be cached, and queues the event', async () => {
  const answer = await get(least).expect(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'image/gif',
    'cache-control': expect.stringContaining('no-store'),
    'cross-origin-resource-policy': 'cross-origin',
    vary: 'Origin',
  });
  expect((answer.body as Buffer).subarray(0, 10).toString('latin1')).toBe('GIF89a\x01\x00\x01\x00');
  expect(queued).toEqual([
    {
      site_id: 'demo',
      event_type: 'view',
      path: '/pricing',
      timestamp: new Date(now).toISOString(),
      event_id: expect.any(String),
    },
  ]);
});

it('accepts every field, properties as JSON and as strings, and ignores a random number against caching', async () => {
  const query = [
    least,
    'user_id=Ad+a%26',
    'session_id=s1',
    'profile_id=p1',
    'referrer=https%3A%2F%2Fref.example%2F%C3%BC',
    'timestamp=2026-11-22T10:00:00Z',
    'event_id=e1',
    `properties=${encodeURIComponent('{"n":12.5,"deep":{"a":[1]}}')}`,
    'properties.campaign=spring',
    '_=0.7342',
  ].join('&');
  await get(query).expect(200);
  expect(queued).toMatchObject([
    {
      user_id: 'Ad a&',
      session_id: 's1',
      profile_id: 'p1',
      referrer: 'https://ref.example/ü',
      timestamp: '2026-11-22T10:00:00Z',
      properties: { n: 12.5, deep: { a: [1] }, campaign: 'spring' },
    },
  ]);
});

it('treats an empty optional parameter as absent, and an empty path as a path', async () => {
  await get('site_id=demo&event_type=ping&path=&user_id=&timestamp=&properties=').expect(200);
  expect(queued).toEqual([
    { site_id: 'demo', event_type: 'ping', path: '', timestamp: expect.any(String), event_id: expect.any(String) },
  ]);
});

it.each([
  ['', 400, 'invalid_event', 'site_id is required'],
  ['site_id=demo&path=/', 400, 'invalid_event', 'event_type is required'],
  [`${least}&colour=red`, 400, 'invalid_event', 'colour is not a field'],
  [`${least}&__proto__=red`, 400, 'invalid_event', '__proto__ is not a field'],
  [`${least}&path=/other`, 400, 'invalid_request', 'path is given twice', 'path'],
  [`${least}&properties=7`, 400, 'invalid_event', 'properties must be an object'],
  [`${least}&properties=%7B`, 400, 'invalid_request', 'must be a JSON object', 'properties'],
  [`${least}&properties=%7B%22a%22:1%7D&properties.a=2`, 400, 'invalid_request', 'a is given twice', 'properties.a'],
  [`${least}&user_id=caf%E9`, 400, 'malformed_encoding', 'not valid UTF-8'],
  [`${least}&event_id=e1`, 400, 'invalid_event', 'timestamp is required'],
])('refuses ?%s with %i %s, as JSON', async (query, status, code, sentence, field = '') => {
  const answer = await get(query).expect(status);
  expect(answer.body.error).toMatchObject({ code, message: expect.stringContaining(sentence) });
  if (code === 'invalid_request') expect(answer.body.error.details).toEqual({ field });
  expect(queued).toEqual([]);
});

describe('HEAD', () => {
  it('answers as GET would, without a body, and counts nothing', async () => {
    const good = await request(handler).head(`/event?${least}`).expect(200);
    expect(good.headers).toMatchObject({ 'content-type': 'image/gif', 'content-length': '42' });
    await request(handler).head('/event?site_id=demo').expect(400);
    expect(queued).toEqual([]);
    const received = await telemetry.registry.getSingleMetric('millrace_ingestion_received_events_total')?.get();
    expect(received?.values).toMatchObject([{ value: 0 }]);
  });
});

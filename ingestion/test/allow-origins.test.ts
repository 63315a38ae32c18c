/** CORS headers for pages of other origins. */
import request from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTestLane } from './create-test-lane.js';

const events = { enqueue: async () => undefined, drain: async () => {} };
const lane = createTestLane({ events });
let handler: Parameters<typeof request>[0];
beforeAll(() => {
  handler = (req: Parameters<typeof lane>[0], res: Parameters<typeof lane>[1]) => void lane(req, res);
});
const origin = 'https://shop.example';
const valid = { site_id: 'demo', event_type: 'view', path: '/' };

describe.each([
  ['/event', 'GET, HEAD, POST, OPTIONS', valid],
  ['/events', 'POST, OPTIONS', [valid]],
])('%s', (path, methods, body) => {
  it('answers a preflight with the requested origin and headers', async () => {
    const { headers } = await request(handler)
      .options(path)
      .set({ origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'traceparent,x-own' })
      .expect(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': methods,
      'access-control-allow-headers': 'traceparent,x-own',
      vary: expect.stringMatching(/^Origin, Access-Control-Request-Headers/),
    });
    expect(headers).not.toHaveProperty('access-control-allow-private-network');
  });

  it('answers a preflight into a private network', async () => {
    const { headers } = await request(handler)
      .options(path)
      .set({ origin: 'null', 'access-control-request-private-network': 'true' })
      .expect(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'null',
      'access-control-allow-private-network': 'true',
      'access-control-allow-headers': 'content-type, content-encoding, authorization',
    });
  });

  it.each([
    ['an accepted event', 200, body],
    ['a refusal', 400, {}],
  ])('names the origin with %s, and varies by it', async (_what, status, sent) => {
    const named = await request(handler).post(path).set('origin', origin).send(sent).expect(status);
    expect(named.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    });
    const other = await request(handler).post(path).send(sent).expect(status);
    expect(other.headers).toMatchObject({ 'access-control-allow-origin': '*', vary: 'Origin' });
    expect(other.headers).not.toHaveProperty('access-control-allow-credentials');
  });
});

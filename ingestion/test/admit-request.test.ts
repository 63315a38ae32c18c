/** Keys and rate limits of ingestion. */
import { createKeyRing, type KeyRing } from '@millrace/shared/access/key-ring';
import { createKey, generateKey, type NewKey } from '@millrace/shared/access/keys';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AdmitOptions, createAdmit } from '../src/admit-request.js';
import { createTestLane } from './create-test-lane.js';

const valid = { site_id: 'demo', event_type: 'view', path: '/' };
const batch = (size: number) => Array.from({ length: size }, () => valid);
let queued = 0;
/** How many of the next batches fail. */
let failing = 0;
const events = {
  async enqueue({ count }: { count: number }) {
    if (failing > 0) {
      failing -= 1;
      return 'queue_unavailable' as const;
    }
    queued += count;
    return undefined;
  },
  drain: async () => {},
};
beforeEach(() => {
  queued = 0;
  failing = 0;
});

function open(options: Omit<AdmitOptions, 'pageEventsPerSecond'>) {
  const admit = createAdmit({ ...options, pageEventsPerSecond: 2 });
  const lane = createTestLane({ events, admit });
  const handler: Parameters<typeof request>[0] = (req: Parameters<typeof lane>[0], res: Parameters<typeof lane>[1]) =>
    void lane(req, res);
  return request(handler);
}

describe('a request without a key', () => {
  const keys: KeyRing = { find: async () => undefined, close: async () => {} } as unknown as KeyRing;
  it.each([
    ['a server', {}, /--scope write` creates one/],
    [
      'a page',
      { origin: 'https://shop.example' },
      /public key, as `data-key`.* --origin https:\/\/shop.example` creates one/,
    ],
  ])('from %s is refused with the kind of key it needs', async (_who, headers, message) => {
    const refusal = await open({ keys, eventsPerSecond: 0 }).post('/event').set(headers).send(valid).expect(401);
    expect(refusal.body.error).toMatchObject({ code: 'unauthorized', message: expect.stringMatching(message) });
  });
});

describe('a limit of events', () => {
  it('refuses a request that exceeds ten seconds of it for good, and counts nothing for it', async () => {
    const agent = open({ eventsPerSecond: 10 });
    const refusal = await agent.post('/events').send(batch(101)).expect(413);
    expect(refusal.body.error).toMatchObject({
      code: 'too_many_events',
      message: expect.stringMatching(/more than ten seconds' worth .* at most 100 at once/),
    });
    expect(refusal.headers).not.toHaveProperty('retry-after');
    await agent.post('/events').send(batch(100)).expect(200);
    expect(queued).toBe(100);
  });

  it('accepts a small request after a large one was refused with Retry-After', async () => {
    const agent = open({ eventsPerSecond: 10 });
    await agent.post('/events').send(batch(60)).expect(200);
    const refusal = await agent.post('/events').send(batch(60)).expect(429);
    expect(Number(refusal.headers['retry-after'])).toBeGreaterThan(0);
    await agent.post('/events').send(batch(40)).expect(200);
    await agent.post('/event').send(valid).expect(429);
    expect(queued).toBe(100);
  });

  it('is not charged for events that could not be stored, so a retry is not counted twice', async () => {
    const agent = open({ eventsPerSecond: 10 });
    failing = 3;
    await agent.post('/events').send(batch(100)).expect(503);
    await agent.post('/events').send(batch(100)).expect(503);
    await agent.get('/event?site_id=demo&event_type=view&path=/').expect(503);
    await agent.post('/events').send(batch(100)).expect(200);
    await agent.post('/event').send(valid).expect(429);
    expect(queued).toBe(100);
  });

  it('is charged for the stored part of a request if another part could not be stored', async () => {
    // Two jobs, of which the first fails.
    const agent = open({ eventsPerSecond: 600 });
    failing = 1;
    await agent.post('/events').send(batch(6_000)).expect(503);
    expect(queued).toBe(1_000);
    await agent.post('/events').send(batch(5_001)).expect(429);
    await agent.post('/events').send(batch(5_000)).expect(200);
  });

  it('counts events sent as images, too', async () => {
    const agent = open({ eventsPerSecond: 1 });
    await agent.post('/events').send(batch(10)).expect(200);
    await agent.get('/event?site_id=demo&event_type=view&path=/').expect(429);
  });
});

describe('a key', () => {
  let database: TestDatabase;
  let keys: KeyRing;
  let lookUps = 0;
  const make = async (given: Partial<NewKey> = {}) =>
    (await createKey(database.pool, { name: 'a', scopes: ['write'], siteId: 'demo', ...given })).key;

  beforeAll(async () => {
    database = await createTestDatabase();
    database.pool.on('acquire', () => {
      lookUps += 1;
    });
  });
  beforeEach(() => {
    keys = createKeyRing(database.pool, silent);
  });
  afterEach(() => keys.close());
  afterAll(() => database.drop());

  it('that is wrong may be tried sixty times a minute, then is refused without a lookup', async () => {
    const agent = open({ keys, eventsPerSecond: 0 });
    const good = await make();
    const newcomer = await make();
    const send = (key: string) => agent.post('/event').set('authorization', `Bearer ${key}`).send(valid);
    await send(good).expect(200);
    lookUps = 0;
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 150; attempt += 1) statuses.push((await send(generateKey())).status);
    expect(statuses).toEqual([...Array(60).fill(401), ...Array(90).fill(429)]);
    expect(lookUps).toBe(60);
    const refusal = await send('nonsense').expect(429);
    expect(refusal.body.error).toMatchObject({
      code: 'rate_limited',
      message: expect.stringContaining('invalid keys'),
    });
    // Others with a cached valid key continue; a key never seen before cannot be distinguished from a guess.
    await send(good).expect(200);
    await send(newcomer).expect(429);
  });

  it('that is wrong costs few lookups even when many are tried at once', async () => {
    const agent = open({ keys, eventsPerSecond: 0 });
    lookUps = 0;
    const send = () => agent.post('/event').set('authorization', `Bearer ${generateKey()}`).send(valid);
    const answers = await Promise.all(Array.from({ length: 200 }, send));
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThan(70);
    expect(lookUps).toBeLessThan(70);
  });

  it('that is secret gets the name of the setting that its batch exceeds', async () => {
    const agent = open({ keys, eventsPerSecond: 10 });
    const { body } = await agent
      .post('/events')
      .set('authorization', `Bearer ${await make()}`)
      .send(batch(101))
      .expect(413);
    expect(body.error).toMatchObject({
      code: 'too_many_events',
      message:
        "The request has 101 events, more than ten seconds' worth at the limit of 10 events a second (INGEST_RATE_LIMIT). Send at most 100 at once.",
    });
  });

  it('that is valid may be used by many concurrent requests from the start', async () => {
    const agent = open({ keys, eventsPerSecond: 0 });
    const key = await make();
    lookUps = 0;
    const send = () => agent.post('/event').set('authorization', `Bearer ${key}`).send(valid);
    const answers = await Promise.all(Array.from({ length: 200 }, send));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(lookUps).toBeLessThan(10);
  });

  it.each<[string, Partial<NewKey>, number]>([
    ['limited to one site and to sending', {}, 200],
    ['for all sites', { siteId: null }, 403],
    ['with a further scope', { scopes: ['write', 'read'] }, 403],
    ['with the scope admin', { scopes: ['admin'] }, 403],
    ['for another site', { siteId: 'other' }, 403],
  ])('%s in the URL of an image gets the right status', async (_which, given, status) => {
    const agent = open({ keys, eventsPerSecond: 0 });
    await agent.get(`/event?site_id=demo&event_type=view&path=/&key=${await make(given)}`).expect(status);
    expect(queued).toBe(status === 200 ? 1 : 0);
  });

  it('is required for images, too; one in a header takes precedence', async () => {
    const agent = open({ keys, eventsPerSecond: 0 });
    const picture = '/event?site_id=demo&event_type=view&path=/';
    await agent.get(picture).expect(401);
    await agent
      .get(picture)
      .set('authorization', `Bearer ${await make({ siteId: null })}`)
      .expect(200);
  });

  describe('for pages', () => {
    const shop = 'https://shop.example';
    const context = { ip: '203.0.113.7' };
    let key: string;
    beforeEach(async () => {
      key = await make({ origins: [shop, 'https://www.shop.example'] });
    });
    const post = (path: string, origin: string | undefined, body: object = [valid]) => {
      const sending = open({ keys, eventsPerSecond: 0 }).post(path).set('content-type', 'text/plain');
      return (origin === undefined ? sending : sending.set('origin', origin)).send(JSON.stringify(body));
    };

    it('lets pages of its origins send with the key in the URL', async () => {
      await post(`/events?key=${key}`, shop).expect(200);
      await post(`/event?v=1&key=${key}`, 'https://www.shop.example', valid).expect(200);
      await open({ keys, eventsPerSecond: 0 })
        .get(`/event?site_id=demo&event_type=view&path=/&key=${key}`)
        .set('referer', `${shop}/pricing`)
        .expect(200);
      expect(queued).toBe(3);
    });

    it.each<[string, string | undefined]>([
      ['another origin', 'https://shop.example.evil.example'],
      ['the same host without TLS', 'http://shop.example'],
      ['no page', undefined],
    ])('refuses %s and names the pages it is for', async (_which, origin) => {
      const { body } = await post(`/events?key=${key}`, origin).expect(403);
      expect(body.error.message).toContain('This key is for pages of https://shop.example, https://www.shop.example;');
      expect(queued).toBe(0);
    });

    it('must not send events for other visitors or other sites', async () => {
      const { body } = await post(`/events?key=${key}`, shop, [valid, { ...valid, context }]).expect(200);
      expect(body).toMatchObject({
        accepted: 1,
        rejected: [{ index: 1, reason: 'needs_secret_key', field: 'context' }],
      });
      await post(`/events?key=${key}`, shop, [{ ...valid, site_id: 'other' }]).expect(403);
      expect(queued).toBe(1);
    });

    it('limits each address separately, whatever others send', async () => {
      const admit = createAdmit({ keys, eventsPerSecond: 0, pageEventsPerSecond: 2 })!;
      const admitted = async (client: string) =>
        (await admit.admit({ key: undefined, keyInUrl: key, client, origin: shop })).sender!;
      const [ada, bob] = [await admitted('203.0.113.7'), await admitted('203.0.113.8')];
      expect(await admit.count(ada, 20)).toBeUndefined();
      expect(await admit.count(ada, 1)).toMatchObject({ code: 'rate_limited' });
      expect(await admit.count(bob, 20)).toBeUndefined();
      // Without the name of the setting, since visitors cannot change it.
      expect(await admit.count(bob, 21)).toEqual({
        code: 'too_many_events',
        message:
          "The request has 21 events, more than ten seconds' worth at the limit of 2 events a second. Send at most 20 at once.",
      });
    });
  });

  describe('in a message of Segment', () => {
    const message = {
      ...{ type: 'track', event: 'Signed up', userId: 'ada' },
      context: { userAgent: 'Mozilla/5.0', ip: '203.0.113.7' },
    };
    const basic = (key: string) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
    const track = (agent: ReturnType<typeof open>, key: string) =>
      agent
        .post('/v1/track')
        .set({ authorization: basic(key), origin: 'https://shop.example' })
        .send(message);

    it('determines the site of the events, also if it is a public key', async () => {
      const agent = open({ keys, eventsPerSecond: 0 });
      await track(agent, await make()).expect(200);
      await track(agent, await make({ origins: ['https://shop.example'] })).expect(200);
      expect(queued).toBe(2);
    });

    it('must be limited to one site, because messages do not contain their site', async () => {
      const { body } = await track(open({ keys, eventsPerSecond: 0 }), await make({ siteId: null })).expect(400);
      expect(body.error.message).toContain('a key that is limited to one site');
    });

    it('is not mistaken for the id of a site if no keys are required', async () => {
      await track(open({ eventsPerSecond: 1_000 }), generateKey()).expect(400);
      await open({ eventsPerSecond: 1_000 })
        .post('/v1/track')
        .send({ ...message, writeKey: generateKey() })
        .expect(400);
      await track(open({ eventsPerSecond: 1_000 }), 'shop').expect(200);
      expect(queued).toBe(1);
    });
  });
});

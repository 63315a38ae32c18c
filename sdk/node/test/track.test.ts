import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMillrace, type MillraceOptions, type Problem } from '../src/millrace.js';
import { type Collector, startCollector } from './collector.js';

let collector: Collector;
let problems: Problem[];
beforeEach(async () => {
  collector = await startCollector();
  problems = [];
});
afterEach(() => collector.close());

const nowMs = Date.UTC(2025, 10, 14, 10, 0, 0, 123);
const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const create = (options: Partial<MillraceOptions> = {}) =>
  createMillrace({
    url: collector.url,
    site: 'demo',
    now: () => nowMs,
    onError: (problem) => problems.push(problem),
    ...options,
  });

it('completes an event with site, path, time, and a UUID that starts with the time', async () => {
  const client = create();
  client.track({ event_type: 'view' });
  await client.flush();
  const [event] = collector.accepted;
  expect(event).toEqual({
    event_type: 'view',
    site_id: 'demo',
    path: '',
    timestamp: '2025-11-14T10:00:00.123Z',
    event_id: expect.stringMatching(uuid7),
  });
  expect(Number.parseInt(String(event?.event_id).replace('-', '').slice(0, 12), 16)).toBe(nowMs);
});

it('keeps all fields of an event as they were when it was tracked', async () => {
  const client = create();
  const event = {
    event_type: 'search',
    site_id: 'other',
    path: '/search',
    timestamp: new Date(nowMs - 5_000),
    event_id: '0190a5b0-7c3d-7000-8000-000000000001',
    title: 'Suche',
    utm_source: 'news',
    user_id: null,
    context: { ip: '203.0.113.7', user_agent: 'Mozilla/5.0' },
    properties: { words: ['a', '😀'] },
  };
  client.track(event);
  event.properties.words.push('later');
  await client.flush();
  expect(collector.accepted).toEqual([
    { ...event, timestamp: '2025-11-14T09:59:55.123Z', properties: { words: ['a', '😀'] } },
  ]);
});

it('gives each event a unique id', async () => {
  const client = create({ random: () => 0 });
  for (let count = 0; count < 5_000; count += 1) client.track({ event_type: 'view' });
  await client.flush();
  expect(new Set(collector.accepted.map(({ event_id: id }) => id)).size).toBe(5_000);
});

it('sends JSON with the key and sent_at, compressed when it is large', async () => {
  const client = create({ key: 'mr_secret', url: `${collector.url}/behind/a/proxy/?x#y`.replace('?x#y', '') });
  client.track({ event_type: 'view' });
  await client.flush();
  client.track({ event_type: 'view', properties: { text: 'x'.repeat(2_000) } });
  await client.flush();
  const seen = collector.requests.map(({ path, headers, body }) => ({
    path,
    type: headers['content-type'],
    encoding: headers['content-encoding'],
    key: headers.authorization,
    agent: headers['user-agent'],
    sentAt: body.sent_at,
  }));
  const common = {
    path: '/behind/a/proxy/events',
    type: 'application/json',
    key: 'Bearer mr_secret',
    agent: 'millrace-node',
    sentAt: '2025-11-14T10:00:00.123Z',
  };
  expect(seen).toEqual([
    { ...common, encoding: undefined },
    { ...common, encoding: 'gzip' },
  ]);
});

it('compresses even without CompressionStream', async () => {
  const { CompressionStream } = globalThis;
  Object.assign(globalThis, { CompressionStream: undefined });
  try {
    const client = create({ gzipFromBytes: 0 });
    client.track({ event_type: 'view' });
    await client.flush();
  } finally {
    Object.assign(globalThis, { CompressionStream });
  }
  expect(collector.requests.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip']);
  expect(collector.accepted).toHaveLength(1);
});

it('drops and reports what cannot be written as JSON, and never throws', async () => {
  const client = create();
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const broken = {
    get path(): string {
      throw Symbol('no path today');
    },
  };
  const wrong: unknown[] = [
    { event_type: 'a', properties: circle },
    { event_type: 'b', properties: { big: 1n } },
    { event_type: 'c', timestamp: new Date(Number.NaN) },
    { event_type: 'd', ...{ toJSON: () => undefined } },
    Object.defineProperties({ event_type: 'e' }, Object.getOwnPropertyDescriptors(broken)),
    undefined,
    'view',
  ];
  for (const event of wrong) client.track(event as { event_type: string });
  expect(problems.map(({ reason, count }) => ({ reason, count }))).toEqual(
    Array(7).fill({ reason: 'invalid', count: 1 }),
  );
  expect(problems[2]).toEqual({
    reason: 'invalid',
    message: 'the event cannot be written as JSON: Invalid time value',
    count: 1,
    lost: [{ body: wrong[2] }],
  });
  client.track({ event_type: 'good' });
  await client.flush();
  expect({ dropped: client.dropped, sent: collector.accepted.length }).toEqual({ dropped: 7, sent: 1 });
});

it('survives errors in onError', async () => {
  const throwing = create({
    onError: () => {
      throw new Error('sync');
    },
  });
  const rejecting = create({ onError: () => Promise.reject(new Error('async')) });
  for (const client of [throwing, rejecting]) {
    client.track(undefined as unknown as { event_type: string });
    client.track({ event_type: 'view' });
    await client.flush();
  }
  expect(collector.accepted).toHaveLength(2);
});

it.each([
  [{ url: 'stats.example.org' }, 'url must be a URL such as https://stats.example.org, not "stats.example.org"'],
  [{ url: 'ftp://stats.example.org' }, 'url must be a URL'],
  [{ site: '' }, 'site must be the site_id of your events'],
  [{ key: 'a b' }, 'key must be an access key of Millrace'],
  [{ flushAt: -1 }, 'flushAt must be a number that is not negative'],
  [{ maxAgeMs: Number.NaN }, 'maxAgeMs must be a number that is not negative'],
])('rejects the options %j', (options, message) => {
  expect(() => create(options)).toThrow(message);
});

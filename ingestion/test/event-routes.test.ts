/** `POST /event` and `POST /events` over HTTP, with a real queue, on each backend. */

import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { unpackEvents } from '@millrace/shared/contract/event-job';
import { createTelemetry, type Telemetry } from '@millrace/shared/platform/telemetry';
import { createQueue, openQueue, type Queue, type QueueHandle } from '@millrace/shared/queue/queue';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildApp } from '../src/app.js';
import { createByteBudget } from '../src/byte-budget.js';
import { createEventQueue } from '../src/enqueue-events.js';
import { createQueueGate, defaultGateOptions, type QueueGate } from '../src/queue-gate.js';
import { checkQueueSafety } from '../src/queue-safety.js';
import { createTestLane } from './create-test-lane.js';

const event = {
  site_id: 'demo',
  event_type: 'view',
  path: '/pricing',
  user_id: 'u1',
  timestamp: '2025-11-14T10:00:00Z',
};

const endOfTurn = () => new Promise((resolve) => setImmediate(resolve));

describe.each(queueBackends)('on %s', (backend) => {
  let database: TestDatabase;
  let queue: Queue;
  let handle: QueueHandle;
  let gate: QueueGate;
  let telemetry: Telemetry;
  let app: Express;
  let closing = false;

  beforeAll(async () => {
    database = await createTestDatabase();
    const location = testQueue(backend, database);
    queue = createQueue('event-ingest', location, silent);
    handle = openQueue('event-ingest', location, silent);
    gate = createQueueGate(
      {
        handle,
        probe: handle,
        checkSafety: (opened) => checkQueueSafety(opened, location),
        logger: silent,
      },
      // Long enough for a busy machine; other tests cover a queue that hangs.
      {
        ...defaultGateOptions,
        timeoutMs: 30_000,
        patience: { ...defaultGateOptions.patience, probeTimeoutMs: 30_000 },
        maxWaitingJobs: 1_000,
      },
    );
    await eventually(async () => gate.state === 'open', 'the gate is open');
  });
  beforeEach(async () => {
    await queue.obliterate({ force: true });
    closing = false;
    telemetry = createTelemetry();
    const lane = createTestLane({
      events: createEventQueue(gate, telemetry),
      telemetry,
      now: () => Date.UTC(2026, 10, 23),
      isClosing: () => closing,
    });
    app = buildApp({ logger: silent, telemetry, health: { queues: gate.check }, isClosing: () => closing }, lane);
  });
  afterAll(async () => {
    await queue.obliterate({ force: true });
    gate.close();
    await Promise.all([handle.close(), queue.close()]);
    await database.drop();
  });

  const post = (path: string, type = 'application/json') => request(app).post(path).set('content-type', type);
  const send = (path: string, body: string, type = 'application/json') => post(path, type).send(body);

  async function queuedEvents(): Promise<Record<string, unknown>[]> {
    const jobs = await queue.getWaiting();
    const batches: Record<string, unknown>[][] = [];
    for (const { data } of jobs) {
      const { events: text, hasContext } = await unpackEvents(data);
      const batch = JSON.parse(text);
      expect(data).toMatchObject({ v: data.encoding ? 2 : 1, count: batch.length });
      expect(hasContext).toBe(false);
      batches.push(batch);
    }
    return batches.flat();
  }
  const counted = async (name: string) => (await telemetry.registry.getSingleMetric(name)?.get())?.values;

  describe('POST /event', () => {
    it('answers 200 once the complete event is in the queue', async () => {
      const answer = await send('/event', JSON.stringify(event)).expect(200);
      expect(answer.body).toEqual({ status: 'ok' });
      expect(answer.headers['access-control-allow-origin']).toBe('*');
      expect(await queuedEvents()).toEqual([{ ...event, event_id: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
    });
    it('accepts text/plain, which sendBeacon sends', async () => {
      await send('/event', JSON.stringify(event), 'text/plain;charset=UTF-8').expect(200);
      expect(await queuedEvents()).toHaveLength(1);
    });
    it.each([
      ['gzip', gzipSync],
      ['deflate', deflateSync],
      ['br', brotliCompressSync],
    ])('accepts a body compressed with %s', async (encoding, compress) => {
      await post('/event')
        .set('content-encoding', encoding)
        .serialize((body) => body)
        .send(compress(JSON.stringify(event)) as unknown as string)
        .expect(200);
      expect(await queuedEvents()).toHaveLength(1);
    });
    it('accepts a byte order mark', async () => {
      await send('/event', `\uFEFF${JSON.stringify(event)}`).expect(200);
    });
    it('refuses an invalid event, naming the field and the rule, and queues nothing', async () => {
      const answer = await send('/event', JSON.stringify({ ...event, site_id: 'a b' })).expect(400);
      expect(answer.body).toEqual({
        error: {
          code: 'invalid_event',
          message: 'site_id must contain only letters, digits, dots, underscores and hyphens',
          details: { reason: 'bad_format', field: 'site_id' },
        },
      });
      expect(await queuedEvents()).toEqual([]);
    });
    it.each([
      ['', 400, 'empty_body'],
      ['   ', 400, 'empty_body'],
      ['{', 400, 'malformed_json'],
      ['{"site_id":"a\0"}', 400, 'malformed_json'],
      ['null', 400, 'invalid_event'],
      ['[]', 400, 'invalid_event'],
      ['"text"', 400, 'invalid_event'],
      [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400, 'invalid_event'],
    ])('refuses the body %j with %i %s', async (body, status, code) => {
      const answer = await send('/event', body).expect(status);
      expect(answer.body.error.code).toBe(code);
    });
    it.each([
      ['application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
      ['application/xml', 415, 'unsupported_media_type'],
      ['application/x-ndjson', 415, 'unsupported_media_type'],
      ['application/json; charset=utf-16', 415, 'unsupported_media_type'],
      ['constructor', 415, 'unsupported_media_type'],
    ])('refuses the content type %s', async (type, status, code) => {
      const answer = await send('/event', JSON.stringify(event), type).expect(status);
      expect(answer.body.error.code).toBe(code);
    });
    it('explains what to do instead of sending a form with curl, NDJSON or a list of events', async () => {
      const messageOf = async (type: string, body = JSON.stringify(event), path = '/event') =>
        (await send(path, body, type)).body.error.message;
      const form = 'application/x-www-form-urlencoded';
      expect([
        await messageOf(form),
        await messageOf(form, '[]', '/events'),
        await messageOf('application/x-ndjson'),
        await messageOf('application/json', '[{"site_id":"demo"}]'),
      ]).toEqual([
        "Send application/json or text/plain in UTF-8; curl needs -H 'content-type: application/json'.",
        "Send application/json, application/x-ndjson or text/plain in UTF-8; curl needs -H 'content-type: application/json'.",
        'Send application/json or text/plain in UTF-8; send NDJSON to /events.',
        'an event must be a JSON object; send lists to /events',
      ]);
    });
    it('refuses unknown or corrupt compression and invalid UTF-8', async () => {
      const unknown = await post('/event').set('content-encoding', 'zstd').send('{}').expect(415);
      expect(unknown.body.error.code).toBe('unsupported_encoding');
      const broken = await post('/event').set('content-encoding', 'gzip').send('not gzip').expect(400);
      expect(broken.body.error.code).toBe('malformed_encoding');
      const latin1 = Buffer.from('{"site_id":"\xe9"}', 'latin1');
      const odd = await post('/event')
        .serialize((body) => body)
        .send(latin1 as unknown as string)
        .expect(400);
      expect(odd.body.error.code).toBe('malformed_encoding');
    });
    it('refuses 10 MB plus a byte, even if compressed to a small size', async () => {
      const large = 'x'.repeat(10_000_001);
      await send('/event', large).expect(413);
      const bomb = await post('/event')
        .set('content-encoding', 'gzip')
        .serialize((body) => body)
        .send(gzipSync(large) as unknown as string)
        .expect(413);
      expect(bomb.body.error.code).toBe('payload_too_large');
    });
    it('answers other methods with 405', async () => {
      const put = await request(app).put('/event').expect(405);
      expect(put.headers.allow).toBe('GET, HEAD, POST, OPTIONS');
      const get = await request(app).get('/events').expect(405);
      expect(get.headers.allow).toBe('POST, OPTIONS');
      expect(get.body.error.message).toBe('This URL does not support that method, only POST, OPTIONS.');
      const health = await request(app).delete('/health').expect(405);
      expect(health.headers.allow).toBe('GET, HEAD');
      await request(app).delete('/nowhere').expect(404);
    });
    it('refuses with 503 and Retry-After during shutdown, when it is alive but not ready', async () => {
      closing = true;
      const answer = await send('/event', JSON.stringify(event)).expect(503);
      expect(answer.body.error.code).toBe('shutting_down');
      expect(answer.headers['retry-after']).toBe('1');
      await request(app).get('/health/ready').expect(503);
      await request(app).get('/health/live').expect(200);
    });
  });

  describe('POST /events', () => {
    const bad: [string, unknown, string][] = [
      ['no object', 7, 'not_an_object'],
      ['null', null, 'not_an_object'],
      ['a missing field', { ...event, path: undefined }, 'missing_field'],
      ['an unknown field', { ...event, colour: 1 }, 'unknown_field'],
      ['a wrong type', { ...event, user_id: {} }, 'wrong_type'],
      ['an empty text', { ...event, user_id: '' }, 'empty'],
      ['a long text', { ...event, event_type: 'x'.repeat(65) }, 'too_long'],
      ['an invalid date', { ...event, timestamp: '2026-02-30T00:00:00Z' }, 'bad_format'],
      ['a date before 2000', { ...event, timestamp: '1999-12-31T00:00:00Z' }, 'out_of_range'],
      ['deep properties', { ...event, properties: { a: { b: { c: { d: { e: {} } } } } } }, 'too_complex'],
    ];

    it('stores valid events and lists each invalid one with its index and reason', async () => {
      const batch = [event, ...bad.map(([, candidate]) => candidate), event];
      const answer = await send('/events', JSON.stringify(batch)).expect(200);
      expect(answer.body).toMatchObject({ status: 'ok', accepted: 2 });
      expect(answer.body.rejected).toEqual(
        bad.map(([, , reason], index) => ({
          index: index + 1,
          reason,
          field: expect.any(String),
          message: expect.any(String),
        })),
      );
      expect(await queuedEvents()).toHaveLength(2);
      expect(await counted('millrace_ingestion_received_events_total')).toMatchObject([{ value: 12 }]);
      expect(await counted('millrace_ingestion_queued_events_total')).toMatchObject([{ value: 2 }]);
      const refused = await counted('millrace_ingestion_rejected_events_total');
      expect(refused?.reduce((sum, { value }) => sum + value, 0)).toBe(10);
    });
    it('accepts {"events":[...]}, {"batch":[...]} and NDJSON, of which only a broken line fails', async () => {
      await send('/events', JSON.stringify({ events: [event] })).expect(200);
      await send('/events', JSON.stringify({ batch: [event] })).expect(200);
      const lines = `${JSON.stringify(event)}\r\n\n{oops\n${JSON.stringify(event)}`;
      const answer = await send('/events', lines, 'application/x-ndjson').expect(200);
      expect(answer.body).toEqual({
        status: 'ok',
        accepted: 2,
        rejected: [{ index: 1, reason: 'malformed_json', field: '', message: 'the line is not valid JSON' }],
      });
      expect(await queuedEvents()).toHaveLength(4);
    });
    it('answers 400 with the reasons if no event is valid', async () => {
      const answer = await send('/events', '[{"site_id":"a"}]').expect(400);
      expect(answer.body.error).toMatchObject({
        code: 'no_valid_events',
        details: { rejected: [{ index: 0, reason: 'missing_field', message: 'event_type is required' }] },
      });
    });
    it.each([
      ['[]', 400, 'empty_body'],
      ['{}', 400, 'invalid_request'],
      ['{"events":7}', 400, 'invalid_request'],
      ['{"events":[],"more":1}', 400, 'invalid_request'],
      ['', 400, 'empty_body'],
      ['[', 400, 'malformed_json'],
    ])('refuses the batch %j', async (body, status, code) => {
      const answer = await send('/events', body).expect(status);
      expect(answer.body.error.code).toBe(code);
    });
    it('accepts 10,000 events as two jobs and refuses 10,001', async () => {
      const batch = Array.from({ length: 10_000 }, (_, index) => ({ ...event, event_id: `e${index}` }));
      const answer = await send('/events', JSON.stringify(batch)).expect(200);
      expect(answer.body.accepted).toBe(10_000);
      expect((await queue.getWaiting()).map((job) => job.data.count)).toEqual([5_000, 5_000]);
      const more = await send('/events', JSON.stringify([...batch, event])).expect(413);
      expect(more.body.error.code).toBe('too_many_events');
      const lines = `${JSON.stringify(event)}\n`.repeat(10_001);
      await send('/events', lines, 'application/x-ndjson').expect(413);
    });
  });

  it('puts events that arrive together into one job, and those that arrive meanwhile into the next', async () => {
    const events = createEventQueue(gate, createTelemetry());
    const text = JSON.stringify(event);
    const send = (count: number) =>
      Array.from({ length: count }, () => events.enqueue({ text, count: 1, hasContext: false }));
    const first = send(30);
    await endOfTurn();
    const outcomes = await Promise.all([...first, ...send(170)]);
    expect(outcomes).toEqual(Array(200).fill(undefined));
    const counts = (await queue.getWaiting()).map((job) => job.data.count);
    expect(counts.sort((one, two) => one - two)).toEqual([30, 170]);
    expect(await queuedEvents()).toHaveLength(200);
  });

  it('releases the whole budget once everything is answered, and refuses requests beyond it', async () => {
    const budget = createByteBudget(500);
    const lane = createTestLane({ events: createEventQueue(gate, createTelemetry()), budget });
    const small = buildApp({ logger: silent, telemetry, health: {}, isClosing: () => false }, lane);
    const others = budget.hold('192.0.2.7');
    others.reserve(300);
    const answer = await request(small)
      .post('/event')
      .send({ ...event, path: 'x'.repeat(250) })
      .expect(503);
    expect(answer.body.error.code).toBe('overloaded');
    const compressed = gzipSync(JSON.stringify({ ...event, path: 'x'.repeat(1_000) })) as unknown as string;
    await request(small)
      .post('/event')
      .set('content-encoding', 'gzip')
      .set('content-type', 'application/json')
      .serialize((body) => body)
      .send(compressed)
      .expect(413);
    others.release();
    await request(small).post('/event').send(event).expect(200);
    await request(small)
      .post('/event')
      .send({ ...event, site_id: '' })
      .expect(400);
    expect(budget.used).toBe(0);
  });

  it('refuses more than ten long numbers per event of a full batch, as JSON, NDJSON or one event', async () => {
    const numbers = (count: number) => `[${Array(count).fill('1e400').join(',')}]`;
    const message =
      'The body has more than 100,000 numbers with more digits than a double can represent. Send smaller batches.';
    const refusal = { code: 'payload_too_large', message };
    expect((await send('/events', numbers(1_600_000)).expect(413)).body.error).toEqual(refusal);
    expect((await send('/event', numbers(100_001)).expect(413)).body.error).toEqual(refusal);
    const lines = Array(11).fill(numbers(10_000)).join('\n');
    expect((await send('/events', lines, 'application/x-ndjson').expect(413)).body.error).toEqual(refusal);
  });

  it('accepts a full batch of events with ten ids of 19 digits each', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `123456789012345678${index}`).join(',');
    const one = `${JSON.stringify(event).slice(0, -1)},"properties":{"ids":[${ids}]}}`;
    const answer = await send('/events', `[${Array(10_000).fill(one).join(',')}]`).expect(200);
    expect(answer.body).toMatchObject({ accepted: 10_000 });
  });

  it.each(['runs', 'is paused'])(
    'refuses events while too many jobs wait in a queue that %s, and accepts again once they are processed',
    async (what) => {
      const location = testQueue(backend, database);
      if (what === 'is paused') await queue.pause();
      const narrowHandle = openQueue('event-ingest', location, silent);
      const narrow = createQueueGate(
        { handle: narrowHandle, probe: narrowHandle, checkSafety: async () => ({}), logger: silent },
        { ...defaultGateOptions, backlogIntervalMs: 20, maxWaitingJobs: 2 },
      );
      await eventually(async () => narrow.state === 'open', 'the gate is open');
      const events = createEventQueue(narrow, createTelemetry());
      for (let job = 0; job < 3; job += 1) await events.enqueue({ text: '{}', count: 1, hasContext: false });
      await eventually(async () => narrow.state === 'overloaded', 'the gate is closed');
      expect(await events.enqueue({ text: '{}', count: 1, hasContext: false })).toBe('overloaded');
      const worked = createQueue('event-ingest', location, silent);
      await worked.resume();
      await worked.obliterate({ force: true });
      await eventually(async () => narrow.state === 'open', 'the gate is open again');
      narrow.close();
      await Promise.all([narrowHandle.close(), worked.close()]);
    },
  );

  it('serves metrics, and answers 404 for anything else', async () => {
    await send('/event', JSON.stringify(event)).expect(200);
    const metricsText = await request(app).get('/metrics').expect(200);
    expect(metricsText.text).toContain('millrace_ingestion_queued_events_total 1');
    expect(metricsText.text).toContain('millrace_ingestion_waiting_bytes 0');
    const answer = await request(app).get('/nothing').expect(404);
    expect(answer.body.error.code).toBe('not_found');
  });
});

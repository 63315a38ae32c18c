import { serializeEvent, validateEvent } from '@millrace/shared/contract/event';
import type { EventIngestData } from '@millrace/shared/contract/event-job';
import { createTelemetry, type Telemetry } from '@millrace/shared/platform/telemetry';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BatchConsumer, createBatchConsumer } from '../src/events/consume-batches.js';
import { ensureMonths } from '../src/events/ensure-partitions.js';

let database: TestDatabase;
let telemetry: Telemetry;
let consumer: BatchConsumer;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('truncate events, sites, dead_letter_events, rollup_marks');
  telemetry = createTelemetry();
  consumer = createBatchConsumer(database.pool, telemetry, silent);
});

function eventText(fields: object): string {
  const base = { site_id: 'demo', event_type: 'view', path: '/', timestamp: '2025-11-14T10:00:00Z' };
  const result = validateEvent({ ...base, ...fields }, Date.UTC(2026, 10, 23));
  if (!result.ok) throw new Error(result.message);
  return serializeEvent(result.event);
}

const job = (id: string, texts: string[]): { id: string; data: EventIngestData } => ({
  id,
  data: { v: 1, count: texts.length, events: `[${texts.join(',')}]` },
});
const many = (count: number, prefix = 'e') =>
  Array.from({ length: count }, (_, index) => eventText({ event_id: `${prefix}${index}`, path: `/${index % 7}` }));

async function count(table: string): Promise<number> {
  const { rows } = await database.pool.query(`select count(*)::int as count from ${table}`);
  return rows[0].count;
}

/** The number of events by outcome; each event has exactly one. */
async function outcomes() {
  const value = async (name: string) => {
    const metric = await telemetry.registry.getSingleMetric(`millrace_processor_${name}_events_total`)?.get();
    return metric?.values[0]?.value ?? 0;
  };
  return {
    stored: await value('stored'),
    duplicate: await value('duplicate'),
    deadLettered: await value('dead_lettered'),
  };
}

describe('storing', () => {
  it('writes every field, the site, and a mark for each 15-minute interval', async () => {
    const fields = {
      event_id: '0190a5b0-7c3d-7000-8000-00000000abcd',
      timestamp: '2025-11-14T10:29:59.123456+01:00',
      path: '/ü',
      user_id: 'u',
      session_id: 's',
      profile_id: 'p',
      referrer: 'https://example.org/',
      properties: { plan: 'pro', nested: { n: [1, null] } },
    };
    await consumer.consume(job('a', [eventText(fields), eventText({ timestamp: '2025-11-14T09:15:00Z' })]));
    const { rows } = await database.pool.query(
      `select site_id, event_type, path, user_id, session_id, profile_id, referrer, properties, event_id,
         to_char(timestamp at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') as timestamp
       from events where event_id = $1`,
      [fields.event_id],
    );
    expect(rows).toEqual([{ ...fields, site_id: 'demo', event_type: 'view', timestamp: '2025-11-14 09:29:59.123456' }]);
    const marks = await database.pool.query('select site_id, interval_start from rollup_marks order by interval_start');
    expect(marks.rows).toEqual([{ site_id: 'demo', interval_start: new Date('2025-11-14T09:15:00Z') }]);
    const sites = await database.pool.query('select site_id, timezone from sites');
    expect(sites.rows).toEqual([{ site_id: 'demo', timezone: 'UTC' }]);
  });

  it('stores the events of a job once if it runs twice, even at the same time', async () => {
    const texts = many(1_000);
    await consumer.consume(job('a', texts));
    const marksBefore = await count('rollup_marks');
    await Promise.all([consumer.consume(job('a', texts)), consumer.consume(job('b', [...texts].reverse()))]);
    expect(await count('events')).toBe(1_000);
    expect(await count('rollup_marks')).toBe(marksBefore);
    expect(await outcomes()).toEqual({ stored: 1_000, duplicate: 2_000, deadLettered: 0 });
  });

  it('stores an event once that four processors write 50 times in parallel', async () => {
    const text = eventText({ event_id: 'same' });
    const others = Array.from({ length: 3 }, () => createBatchConsumer(database.pool, createTelemetry(), silent));
    const consumers = [consumer, ...others];
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => consumers[index % 4]!.consume(job(`j${index}`, [text, ...many(20)]))),
    );
    expect(await count('events')).toBe(21);
  });

  it('creates partitions of any month since 2000, even if eight processors need them at once', async () => {
    const texts = [
      '2000-01-01T00:00:00Z',
      '2015-05-17T10:05:03Z',
      '2015-06-01T00:00:00+02:00',
      '2026-11-24T00:00:00Z',
    ].map((timestamp) => eventText({ timestamp }));
    const consumers = Array.from({ length: 8 }, () => createBatchConsumer(database.pool, createTelemetry(), silent));
    await Promise.all(consumers.map((each, index) => each.consume(job(`j${index}`, texts))));
    const { rows } = await database.pool.query(
      `select tableoid::regclass::text as partition, count(*)::int as count from events group by 1 order by 1`,
    );
    expect(rows).toEqual([
      { partition: 'events_2000_01', count: 1 },
      { partition: 'events_2015_05', count: 2 },
      { partition: 'events_2026_11', count: 1 },
    ]);
  });

  it('does nothing when partitions are created ahead of time again', async () => {
    await ensureMonths(database.pool, ['2027-03', '2027-04']);
    expect(await ensureMonths(database.pool, ['2027-03', '2027-04'])).toEqual([]);
  });
});

describe('poison', () => {
  const poison =
    '{"site_id":"demo","timestamp":"2025-11-14T10:00:00Z","event_id":"0190a5b0-7c3d-7000-8000-000000000001","event_type":"view","path":"a\\u0000b"}';

  it('stores 999 of 1,000 events and dead-letters the other once, with reason and payload, however often the job runs', async () => {
    const texts = many(999);
    texts.splice(500, 0, poison);
    await consumer.consume(job('a', texts));
    await consumer.consume(job('a', texts));
    expect(await count('events')).toBe(999);
    const { rows } = await database.pool.query('select site_id, reason, payload, job_id from dead_letter_events');
    expect(rows).toEqual([
      {
        site_id: 'demo',
        reason: expect.stringMatching(/^22\w{3}: /),
        payload: poison,
        job_id: 'a',
      },
    ]);
    expect(await outcomes()).toEqual({ stored: 999, duplicate: 999, deadLettered: 2 });
  });

  it('keeps all digits of numbers in dead letters and other events', async () => {
    const bad = poison.replace('}', ',"properties":{"order":9007199254740993}}');
    await consumer.consume(job('a', [`${eventText({}).slice(0, -1)},"properties":{"order":9007199254740995}}`, bad]));
    const { rows } = await database.pool.query(
      `select payload, (select properties::text from events) as properties from dead_letter_events`,
    );
    expect(rows).toEqual([{ payload: bad, properties: '{"order": 9007199254740995}' }]);
  });

  it('does not affect other jobs that are written together with it', async () => {
    await Promise.all([
      consumer.consume(job('good', many(100))),
      consumer.consume(job('bad', [poison, ...many(10, 'x')])),
    ]);
    expect(await count('events')).toBe(110);
    expect(await outcomes()).toEqual({ stored: 110, duplicate: 0, deadLettered: 1 });
  });

  it.each([
    ['a number', '7'],
    ['no site', '{"timestamp":"2025-11-14T10:00:00Z","event_type":"view","path":"/"}'],
    ['an invalid time', '{"site_id":"a","timestamp":"yesterday-ish","event_type":"view","path":"/"}'],
    [
      'a time before 2000, which has no partition',
      '{"site_id":"a","timestamp":"1995-01-01T00:00:00Z","event_id":"0190a5b0-7c3d-7000-8000-000000000001","event_type":"view","path":"/"}',
    ],
    ['an invalid id', '{"site_id":"a","timestamp":"2025-11-14T10:00:00Z","event_id":"x","event_type":"v","path":"/"}'],
  ])('dead-letters %s, and stores the rest', async (_name, text) => {
    await consumer.consume(job('a', [text, eventText({ timestamp: '2019-07-01T00:00:00Z', path: _name })]));
    expect(await outcomes()).toEqual({ stored: 1, duplicate: 0, deadLettered: 1 });
    expect(await count('dead_letter_events')).toBe(1);
  });

  it.each([
    [{ v: 0, count: 3, events: '[]' }, 3],
    [{ v: 1, count: -3, events: '[]' }, 1],
    [{ v: 1, count: 1e300, events: '[]' }, 1],
    [{ v: 1, count: 2, events: 'nothing' }, 2],
    [{ v: 2, count: 3, events: 'no Brotli', encoding: 'br' }, 3],
    [{ hello: 'world' }, 1],
    [null, 1],
  ])('dead-letters a whole job with the data %j', async (data, events) => {
    await consumer.consume({ id: 'odd', data: data as unknown as EventIngestData });
    const { rows } = await database.pool.query('select reason, job_id from dead_letter_events');
    expect(rows).toEqual([{ reason: expect.stringContaining('invalid job'), job_id: 'odd' }]);
    expect(await outcomes()).toEqual({ stored: 0, duplicate: 0, deadLettered: events });
  });

  const withProperties = (properties: string) =>
    eventText({ path: '/odd' }).replace(/}$/, `,"properties":${properties}}`);
  const deep = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;

  it.each([
    ['nested 20,000 deep', deep(20_000)],
    ['with a number too large for any column', '{"n":1e131080}'],
    ['with an extremely long number', `{"n":${'9'.repeat(140_000)}}`],
  ])('stores 999 events and dead-letters the one %s, unchanged', async (_name, properties) => {
    const odd = withProperties(properties);
    await consumer.consume(job('a', [...many(500), odd, ...many(499, 'x')]));
    expect(await outcomes()).toEqual({ stored: 999, duplicate: 0, deadLettered: 1 });
    const { rows } = await database.pool.query('select site_id, payload from dead_letter_events');
    expect(rows).toEqual([{ site_id: 'demo', payload: odd }]);
  });

  it('changes no numbers of events next to an invalid one', async () => {
    const exact = withProperties('{"order":9007199254740993,"rate":0.1234567890123456789}');
    await consumer.consume(job('a', [exact, poison]));
    const { rows } = await database.pool.query(`select properties::text as text from events where path = '/odd'`);
    expect(rows).toEqual([{ text: '{"rate": 0.1234567890123456789, "order": 9007199254740993}' }]);
  });

  it('dead-letters a whole job however deeply its data is nested', async () => {
    const data = JSON.parse(`{"v":1,"count":2,"events":${deep(20_000)},"size":1e999}`);
    await consumer.consume({ id: 'deep', data });
    const { rows } = await database.pool.query('select site_id, payload from dead_letter_events');
    expect(rows).toEqual([{ site_id: '', payload: `{"v":1,"count":2,"events":${deep(20_000)},"size":1e999}` }]);
  });

  it.each(['[]]', '[{"a":1},]', '[,{"a":1}]', '[{"a":"]}', '{"a":[1]}', '[1],[2]', 'null', '"[]"', ''])(
    'dead-letters a whole job with the events %j',
    async (events) => {
      await consumer.consume({ id: 'odd', data: { v: 1, count: 1, events: events || ' ' } });
      expect(await outcomes()).toEqual({ stored: 0, duplicate: 0, deadLettered: 1 });
    },
  );

  it('dead-letters a job with truncated text, because it cannot be parsed as events', async () => {
    await consumer.consume({ id: 'cut', data: { v: 1, count: 2, events: '[{"site_id":"a"},{"site]' } });
    expect(await count('dead_letter_events')).toBe(1);
  });
});

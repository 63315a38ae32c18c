import { createQueue, createWorker, type Queue } from '@millrace/shared/queue/queue';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Watch } from '../../src/alerts/alert-rule.js';
import { measureRule } from '../../src/alerts/measures.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const measure = (watch: Watch, now = new Date(), queue?: Queue) =>
  measureRule(watch, { pool: database.pool, queues: { get: () => queue }, now });

const minute = 60_000;
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * minute);

describe.each(queueBackends)('on %s', (backend) => {
  let queue: Queue;
  afterEach(async () => {
    await queue.obliterate({ force: true });
    await queue.close();
  });

  it('measures the age of the oldest job that could be started, with or without a priority', async () => {
    queue = createQueue('cleanup', testQueue(backend, database), silent);
    const watch: Watch = { kind: 'queue_age', condition: { queue: 'cleanup', seconds: 600 } };
    expect(await measure(watch, new Date(), queue)).toEqual({
      firing: false,
      summary: 'The oldest waiting job of queue cleanup is 0 s old; the limit is 600 s.',
    });
    const at = (minutes: number) => ({ timestamp: Date.now() + minutes * minute });
    await queue.add('clean', {}, { jobId: 'later', delay: 3_600_000, ...at(-500) });
    expect(await measure(watch, new Date(), queue)).toMatchObject({ firing: false });
    await queue.add('clean', {}, { jobId: 'older', ...at(-9) });
    await queue.add('clean', {}, { jobId: 'newer', ...at(-1) });
    expect(await measure(watch, new Date(), queue)).toMatchObject({ firing: false });
    expect((await measure(watch, inMinutes(2), queue)).summary).toMatch(
      /^The oldest waiting job of queue cleanup is 66\d s/,
    );
    expect(await measure(watch, inMinutes(2), queue)).toMatchObject({ firing: true });
    await queue.remove('older');
    expect(await measure(watch, inMinutes(2), queue)).toMatchObject({ firing: false });
    await queue.pause();
    await queue.add('clean', {}, { jobId: 'urgent', priority: 5, ...at(-30) });
    expect(await measure(watch, new Date(), queue)).toMatchObject({ firing: true });
  });

  it('measures the share of permanently failed jobs among those that ended in the last minutes', async () => {
    const location = testQueue(backend, database);
    queue = createQueue('cleanup', location, silent);
    const watch: Watch = { kind: 'failure_rate', condition: { queue: 'cleanup', percent: 40, minutes: 10 } };
    expect(await measure(watch, new Date(), queue)).toMatchObject({ firing: false });
    for (const name of ['a', 'b', 'c', 'bad', 'worse']) await queue.add(name, {}, { jobId: name });
    const worker = createWorker(
      'cleanup',
      location,
      silent,
      async ({ name }) => {
        if (name === 'bad' || name === 'worse') throw new Error('no');
      },
      { concurrency: 1 },
    );
    await eventually(async () => (await queue.getJobCountByTypes('completed', 'failed')) === 5, 'all jobs ended');
    await worker.close();
    expect(await measure(watch, new Date(), queue)).toEqual({
      firing: true,
      summary: 'Of 5 jobs of queue cleanup that ended in the last 10 min, 2 failed (40.0 %); the limit is 40 %.',
    });
    expect(await measure(watch, inMinutes(11), queue)).toMatchObject({
      firing: false,
      summary: 'Of 0 jobs of queue cleanup that ended in the last 10 min, 0 failed (0.0 %); the limit is 40 %.',
    });
  });
});

const deadLetter = (id: number, site: string, at: Date, replayed: Date | null = null) =>
  database.pool.query(
    `insert into dead_letter_events (id, site_id, reason, payload, job_id, created_at, replayed_at)
     values ($1, $2, 'r', '{}', 'j', $3, $4)`,
    [`0190a5b0-7c3d-8000-a000-${String(id).padStart(12, '0')}`, site, at, replayed],
  );

it('counts dead letters of the last minutes, of one or all sites, except replayed ones', async () => {
  const now = new Date();
  const ago = (minutes: number) => new Date(now.getTime() - minutes * minute);
  await deadLetter(1, 'demo', ago(1));
  await deadLetter(2, 'demo', ago(20));
  await deadLetter(3, 'shop', ago(2));
  await deadLetter(4, 'shop', ago(2), now);
  const watch = (condition: object) =>
    measure({ kind: 'dead_letters', condition: { count: 2, minutes: 10, ...condition } }, now);
  expect(await watch({})).toEqual({
    firing: true,
    summary: 'Events dead-lettered in the last 10 min: 2 or more; the limit is 2.',
  });
  expect(await watch({ site_id: 'demo' })).toEqual({
    firing: false,
    summary: 'Events of site demo dead-lettered in the last 10 min: 1; the limit is 2.',
  });
  expect(await watch({ site_id: 'demo', minutes: 30 })).toMatchObject({ firing: true });
});

it("uses the timestamps of a site's events: neither late arrivals nor timestamps far ahead count", async () => {
  const watch: Watch = { kind: 'site_silent', condition: { site_id: 'demo', minutes: 15 } };
  const now = new Date();
  const store = (minutes: number) =>
    database.pool.query(
      `insert into events (site_id, timestamp, event_id, event_type, path) values ('demo', $1, gen_random_uuid(), 'view', '/')`,
      [new Date(now.getTime() + minutes * minute)],
    );
  await database.pool.query('create table events_all partition of events default');
  await store(-60);
  await store(120);
  expect(await measure(watch, now)).toEqual({ firing: true, summary: 'Site demo has no events in the last 15 min.' });
  await store(-14);
  expect(await measure(watch, now)).toEqual({ firing: false, summary: 'Site demo has events in the last 15 min.' });
});

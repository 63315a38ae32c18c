/** Each job of events is accounted for once, whatever happens to it and whenever it is summed up. */

import { foldJobs } from '@millrace/processor/accounting/fold-jobs';
import { createBatchConsumer } from '@millrace/processor/events/consume-batches';
import { readAccounts } from '@millrace/reporting/accounting/read-accounts';
import type { EventIngestData } from '@millrace/shared/contract/event-job';
import { accountedId } from '@millrace/shared/contract/job-account';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.empty());

const ten = Date.UTC(2026, 10, 14, 10);
const hourMs = 3_600_000;
const poison =
  '{"site_id":"demo","timestamp":"2026-11-14T10:00:00Z","event_id":"0190a5b0-7c3d-7000-8000-000000000001","event_type":"view","path":"a\\u0000b"}';

const event = (number: number) =>
  JSON.stringify({
    site_id: 'demo',
    timestamp: new Date(ten + number).toISOString(),
    event_id: `0190a5b0-7c3d-7000-8000-${String(number).padStart(12, '0')}`,
    ...{ event_type: 'view', path: '/' },
  });
const events = (from: number, to: number) => Array.from({ length: to - from }, (_each, index) => event(from + index));

interface TestJob {
  id: string;
  data: EventIngestData;
}
const job = (process: number, seq: number, texts: string[], madeMs = ten): TestJob => ({
  id: accountedId(process, seq, madeMs),
  data: { v: 1, count: texts.length, events: `[${texts.join(',')}]` },
});

const consume = (...jobs: TestJob[]) => {
  const consumer = createBatchConsumer(database.pool, createTelemetry(), silent);
  return Promise.all(jobs.map((each) => consumer.consume(each)));
};
const note = (process: number, accepted: number, rejected = 0) =>
  database.pool.query('insert into event_accounts (process, hour, accepted, rejected) values ($1, $2, $3, $4)', [
    ...[process, new Date(ten), accepted, rejected],
  ]);
async function accounts(hours = 1) {
  const read = await readAccounts(database.pool, { from: new Date(ten), to: new Date(ten + hours * hourMs) });
  return read.map(({ hour: _hour, ...outcomes }) => outcomes);
}
const foldAll = () => foldJobs(database.pool);
const expected = { received: 0, stored: 0, duplicate: 0, rejected: 0, dead_lettered: 0, in_flight: 0 };

it('accounts for every outcome, with accepted but unprocessed events in flight', async () => {
  await note(7, 40, 3);
  await consume(job(7, 1, events(0, 10)), job(7, 2, [...events(5, 12), poison]));
  const all = { received: 43, stored: 12, duplicate: 5, rejected: 3, dead_lettered: 1, in_flight: 22 };
  expect(await accounts()).toEqual([all]);
  await foldAll();
  expect(await accounts()).toEqual([all]);
  expect((await database.pool.query('select count(*)::int as rows from accounted_jobs')).rows).toEqual([{ rows: 0 }]);
});

it('counts a repeated job once: run again immediately, together with others, after it was summed up, and while it is', async () => {
  await note(7, 30);
  const [first, second, third] = [job(7, 1, events(0, 10)), job(7, 2, events(10, 20)), job(7, 3, events(15, 25))];
  await consume(first);
  await consume(first, second);
  expect(await accounts()).toEqual([{ ...expected, received: 30, stored: 20, in_flight: 10 }]);
  await foldAll();
  await Promise.all([consume(first, third), foldAll(), consume(second, first)]);
  const all = { ...expected, received: 30, stored: 25, duplicate: 5 };
  expect(await accounts()).toEqual([all]);
  await Promise.all([foldAll(), foldAll(), consume(third)]);
  await foldAll();
  expect(await accounts()).toEqual([all]);
});

it('counts a job once when two processors run it concurrently, in groups of any order', async () => {
  const jobs = Array.from({ length: 12 }, (_each, index) => job(7, index + 1, events(index * 5, index * 5 + 10)));
  await Promise.all([consume(...jobs), consume(...[...jobs].reverse()), consume(...jobs.slice(4, 9)), foldAll()]);
  await foldAll();
  expect(await accounts()).toEqual([{ ...expected, received: 120, stored: 65, duplicate: 55 }]);
});

it('finds what a killed ingestion process failed to record from its jobs, without affecting other processes', async () => {
  await note(7, 10);
  await note(8, 100);
  await consume(job(7, 1, events(0, 10)), job(7, 2, events(10, 30)), job(8, 1, events(30, 70)));
  const all = { ...expected, received: 130, stored: 70, in_flight: 60 };
  expect(await accounts()).toEqual([all]);
  await foldAll();
  expect(await accounts()).toEqual([all]);
});

it('counts events by the hour they were received, also when jobs of two hours are queued together', async () => {
  const later = ten + hourMs;
  await consume(
    job(7, 1, events(0, 10), later - 1),
    job(7, 2, events(5, 20), later),
    job(7, 3, events(20, 21), later - 1),
  );
  const total = (await accounts(2)).reduce(
    (sum, { stored, duplicate }) => ({ stored: sum.stored + stored, duplicate: sum.duplicate + duplicate }),
    { stored: 0, duplicate: 0 },
  );
  expect(total).toEqual({ stored: 21, duplicate: 5 });
  const [first, second] = await accounts(2);
  expect([first!.received, second!.received]).toEqual([11, 15]);
  expect([first!.in_flight, second!.in_flight]).toEqual([0, 0]);
});

it('counts poison events once, also when a job is stopped between its parts', async () => {
  await note(7, 21);
  const texts = [...events(0, 10), poison, ...events(10, 20)];
  // The state after a processor dies that has stored the first half.
  await database.pool.query('alter table dead_letter_events rename to hidden');
  const dying = createBatchConsumer(database.pool, createTelemetry(), silent);
  const died = dying.consume(job(7, 1, texts)).catch(() => 'died');
  dying.stopRetrying();
  expect(await died).toBe('died');
  await database.pool.query('alter table hidden rename to dead_letter_events');
  const [halfway] = await accounts();
  expect(halfway!.stored).toBeGreaterThan(0);
  expect(halfway).toEqual({ ...expected, received: 21, stored: halfway!.stored, in_flight: 21 - halfway!.stored });
  expect(await foldAll()).toBe(0);
  await consume(job(7, 1, texts));
  const all = { ...expected, received: 21, stored: 20, dead_lettered: 1 };
  expect(await accounts()).toEqual([all]);
  await foldAll();
  await consume(job(7, 1, texts));
  expect(await accounts()).toEqual([all]);
});

it('counts all events of an unreadable job, and jobs with unparsable ids', async () => {
  await note(7, 5);
  const broken = { ...job(7, 1, []), data: { v: 1 as const, count: 5, events: 'nothing' } };
  await consume(broken);
  await consume(broken);
  const replayed = { ...job(0, 0, events(0, 3)), id: 'replay-x', timestamp: ten + 1 };
  await consume(replayed);
  await consume(replayed);
  expect(await accounts()).toEqual([{ ...expected, received: 8, stored: 3, dead_lettered: 5 }]);
  await foldAll();
  expect(await accounts()).toEqual([{ ...expected, received: 8, stored: 3, dead_lettered: 5 }]);
});

it('sums up unparsable ids only once their jobs have left the queue', async () => {
  const old = { id: 'old', data: job(0, 0, events(0, 3)).data, timestamp: Date.now() - 8 * 24 * hourMs };
  const recent = { id: 'recent', data: job(0, 0, events(3, 6)).data, timestamp: Date.now() };
  await consume(old, recent);
  expect(await foldAll()).toBe(1);
});

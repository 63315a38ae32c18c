/** Whether a report is still up to date: late and erased events change it, rolling up does not. */
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inSnapshot } from '../../src/reading/in-snapshot.js';
import { checkRevisions } from '../../src/reports/check-revisions.js';
import { readDataVersion } from '../../src/reports/data-version.js';
import { type StoredEvent, storeEvents } from '../random-events.js';
import { storeRollups } from '../stored-rollups.js';
import { openReportsApi } from './reports-api.js';

let database: TestDatabase;
const now = new Date('2026-06-20T12:00:00Z');
const days = { from: '2026-06-01', to: '2026-06-07' };

const event = (timestamp: string, more: Partial<StoredEvent> = {}): StoredEvent => ({
  ...{ timestamp: new Date(timestamp), event_type: 'view', path: '/', user_id: 'anna' },
  ...{ profile_id: null, referrer: null, properties: null },
  ...more,
});
const events = [
  event('2026-06-01T10:00:00Z'),
  event('2026-06-03T10:00:00Z', { user_id: 'bob' }),
  event('2026-06-08T10:00:00Z'),
];

beforeEach(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2026-05-01', '2026-07-01');
  await database.pool.query(`insert into sites (site_id) values ('shop')`);
  await storeEvents(database.pool, 'shop', events);
});
afterEach(() => database.drop());

const version = () =>
  inSnapshot(database.pool, (client) => readDataVersion({ client, siteId: 'shop', timezone: 'UTC', days, now }));

/** Written an hour ago, from what is stored now. */
async function addReport(more: Record<string, unknown> = {}): Promise<void> {
  const fields = {
    ...{
      origin: '00000000-0000-4000-8000-000000000001',
      revision: 1,
      generated_at: new Date(now.getTime() - 3_600_000),
    },
    ...{
      checked_at: new Date(now.getTime() - 3_600_000),
      first_day: days.from,
      timezone: 'UTC',
      data_version: await version(),
      ...more,
    },
  };
  const names = Object.keys(fields);
  await database.pool.query(
    `insert into reports (site_id, id, title, dataset, format, last_day, status, ${names.join(', ')})
    values ('shop', gen_random_uuid(), 'Mine', 'events', 'csv', '2026-06-07', 'generated', ${names.map((_, at) => `$${at + 1}`).join(', ')})`,
    Object.values(fields),
  );
}
const revised = async () =>
  (await database.pool.query('select revised from reports order by revision')).rows.map((row) => row.revised);

const errors: unknown[] = [];
const check = (batchSize = 10) =>
  checkRevisions(database.pool, now, { batchSize, onError: (error) => errors.push(error) });
const later = () => database.pool.query('update reports set checked_at = $1', [new Date(now.getTime() - 3_600_000)]);

/** Like the services that store and erase events. */
const mark = (...instants: string[]) =>
  database.pool.query(`insert into rollup_marks (site_id, interval_start) select 'shop', unnest($1::timestamptz[])`, [
    instants,
  ]);

it('stays the same when events are rolled up, and when events outside the period arrive', async () => {
  const before = await version();
  await storeEvents(database.pool, 'shop', [event('2026-06-08T00:00:00Z'), event('2026-05-31T23:59:59.999Z')]);
  expect(await version()).toBe(before);
  const all = [...events, event('2026-06-08T00:00:00Z'), event('2026-05-31T23:59:59.999Z')];
  await storeRollups(database.pool, all, {
    siteId: 'shop',
    timezone: 'UTC',
    daysBefore: '2026-06-12',
  });
  expect(await version()).toBe(before);
});

it.each([
  [
    'an event arrives late',
    async () => {
      await storeEvents(database.pool, 'shop', [event('2026-06-07T23:59:59.999Z', { event_type: 'click' })]);
      await mark('2026-06-07T23:45:00Z');
    },
  ],
  [
    'a user is erased',
    async () => {
      await database.pool.query(`delete from events where user_id = 'bob'`);
      await mark('2026-06-03T10:00:00Z');
    },
  ],
  [
    'one event is erased and another arrives on another day',
    async () => {
      await database.pool.query(`delete from events where user_id = 'bob'`);
      await storeEvents(database.pool, 'shop', [event('2026-06-04T10:00:00Z', { user_id: 'bob' })]);
      await mark('2026-06-03T10:00:00Z', '2026-06-04T10:00:00Z');
    },
  ],
])('is revised when %s', async (_what, happen) => {
  await addReport();
  expect(await check()).toBe(0);
  expect(await revised()).toEqual([false]);
  await happen();
  // It was checked a moment ago.
  expect(await check()).toBe(0);
  await later();
  expect(await check()).toBe(1);
  expect(await revised()).toEqual([true]);
  expect(await check()).toBe(0);
});

it('checks only the newest revision, and no reports from long ago', async () => {
  await addReport();
  await addReport({ revision: 2 });
  const old = new Date(now.getTime() - 91 * 86_400_000);
  await addReport({ origin: '00000000-0000-4000-8000-000000000002', revision: 3, generated_at: old, checked_at: old });
  await storeEvents(database.pool, 'shop', [event('2026-06-02T10:00:00Z')]);
  expect(await check()).toBe(1);
  expect(await revised()).toEqual([false, true, false]);
});

it('checks the newest written revision while later ones have failed or are not written yet', async () => {
  await addReport();
  await addReport({ revision: 2 });
  await addReport({ revision: 3 });
  await database.pool.query(`update reports set status = 'failed' where revision = 3`);
  await storeEvents(database.pool, 'shop', [event('2026-06-02T10:00:00Z')]);
  expect(await check()).toBe(1);
  expect(await revised()).toEqual([false, true, false]);
});

it('does not revise a report whose raw events are partly dropped', async () => {
  await addReport();
  await database.pool.query(`insert into raw_horizon (since) values ('2026-06-02')`);
  await database.pool.query(`delete from events where timestamp < '2026-06-02'`);
  expect(await check()).toBe(0);
  expect(await revised()).toEqual([false]);
});

it('checks the others if one check fails, and that one after them', async () => {
  const before = new Date(now.getTime() - 7_200_000);
  await addReport({ timezone: 'Nowhere/Land', checked_at: before, origin: '00000000-0000-4000-8000-000000000003' });
  await addReport();
  await storeEvents(database.pool, 'shop', [event('2026-06-02T10:00:00Z')]);
  errors.length = 0;
  expect(await check()).toBe(1);
  expect(errors).toHaveLength(1);
  expect(await check()).toBe(0);
  expect(errors).toHaveLength(1);
});

it('does not count again while no mark shows a change', async () => {
  await addReport();
  expect(await check()).toBe(0);
  // Events are never stored without a mark: this change is only noticed if they are counted.
  await storeEvents(database.pool, 'shop', [event('2026-06-02T10:00:00Z')]);
  await mark('2026-06-08T10:00:00Z');
  await later();
  expect(await check()).toBe(0);
  await mark('2026-06-02T10:00:00Z');
  await later();
  expect(await check()).toBe(1);
});

it('checks a report in only one of several workers, and all reports that are due', async () => {
  for (let number = 10; number < 40; number += 1)
    await addReport({ origin: `00000000-0000-4000-8000-0000000000${number}` });
  await storeEvents(database.pool, 'shop', [event('2026-06-02T10:00:00Z')]);
  const found = await Promise.all([check(4), check(4), check(4)]);
  expect(found.reduce((sum, count) => sum + count, 0)).toBe(30);
  expect(await revised()).toEqual(Array(30).fill(true));
});

it('returns a report with its last check if its events cannot be counted, and logs why', async () => {
  await addReport();
  const warnings: object[] = [];
  const logger = Object.create(silent, { warn: { value: (line: object) => warnings.push(line) } });
  const api = await openReportsApi(database, { logger });
  const { rows } = await database.pool.query<{ id: string }>('select id from reports');
  await database.pool.query('alter table events rename to moved');
  expect((await api.call('get', `/reports/${rows[0]!.id}`).expect(200)).body.revised).toBe(false);
  expect(warnings).toMatchObject([{ report: rows[0]!.id, err: { message: 'relation "events" does not exist' } }]);
  await api.close();
});

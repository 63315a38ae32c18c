/** The estimated cost of a read equals what it reads. */
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerQuery } from '../src/query/answer-query.js';
import type { ReadingCost } from '../src/query/reading-cost.js';
import { parseQuery } from '../src/query-request/parse-query.js';
import { resolveQuery } from '../src/query-request/resolve-query.js';
import { inSnapshot } from '../src/reading/in-snapshot.js';
import { randomEvents, type StoredEvent, storeEvents } from './random-events.js';
import { storeRollups } from './stored-rollups.js';

let database: TestDatabase;
const from = new Date('2025-11-03T00:00:00Z');
const [model] = randomEvents(1, 1, from, 1);

/** Seven days with one view every quarter of an hour at night, and fifty different paths in the hour from noon on. */
const week: StoredEvent[] = Array.from({ length: 7 * 96 }, (_, quarter) => {
  const isBusy = Math.floor((quarter % 96) / 4) === 12;
  return Array.from({ length: isBusy ? 50 : 1 }, (_event, index) => ({
    ...model!,
    event_id: crypto.randomUUID(),
    event_type: 'view',
    path: `/${index}`,
    timestamp: new Date(from.getTime() + quarter * 900_000 + index),
  }));
}).flat();

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-11-01', '2025-12-01');
  await database.pool.query(`insert into sites (site_id) values ('rolled'), ('raw')`);
  await storeEvents(database.pool, 'rolled', week);
  await storeEvents(database.pool, 'raw', week);
  const options = { siteId: 'rolled', timezone: 'UTC', daysBefore: '2025-11-20' };
  await storeRollups(database.pool, week, options);
});
afterAll(() => database.drop());

async function costOf(body: object): Promise<ReadingCost> {
  const request = parseQuery({ metrics: ['views'], date_range: ['2025-11-03', '2025-11-09'], ...body });
  const query = resolveQuery(request, { siteTimezone: 'UTC', now: new Date('2025-11-12T12:00:00Z') });
  const costs: ReadingCost[] = [];
  await inSnapshot(database.pool, (client) => answerQuery(client, query, { admit: (cost) => costs.push(cost) }));
  expect(costs).toHaveLength(1);
  return costs[0]!;
}

it('counts interval rollups, of all types and of views', async () => {
  const cost = await costOf({ site_id: 'rolled', dimensions: ['time:hour_of_day'] });
  expect(cost).toEqual({ isRaw: false, events: 0, rows: 7 * 96 * 2 });
});

it('counts day rollups', async () => {
  const cost = await costOf({ site_id: 'rolled', dimensions: ['event_type'] });
  expect(cost).toEqual({ isRaw: false, events: 0, rows: 7 });
});

it('counts raw events when rollups cannot answer', async () => {
  expect(await costOf({ site_id: 'rolled', dimensions: ['path'] })).toEqual({
    ...{ isRaw: true, events: week.length, rows: 0 },
  });
});

it.each([
  [['is', 'event_type', ['view']], 7],
  [['is', 'event_type', ['click']], 0],
  [
    [
      'and',
      [
        ['is', 'event_type', ['view', 'click']],
        ['is_not', 'event_type', ['view']],
      ],
    ],
    7,
  ],
  // Conditions without an index do not reduce what is read.
  [['is_not', 'event_type', ['view']], 7],
  [['is', 'event_type', ['click'], { case_sensitive: false }], 7],
])('excludes rows of days that the index excludes for %j', async (filters, rows) => {
  expect(await costOf({ site_id: 'rolled', filters })).toEqual({ isRaw: false, events: 0, rows });
});

it.each([
  [['is', 'path', ['/7']], 7 * 4],
  [
    [
      'and',
      [
        ['is', 'path', ['/7', '/8']],
        ['is_set', 'property:x'],
      ],
    ],
    7 * 4 * 2,
  ],
  [['is_set', 'property:x'], week.length],
  [['is', 'property:x', ['y']], week.length],
  [['is', 'visit:property:x', ['y']], week.length],
  [['not', ['is', 'path', ['/7']]], week.length],
])('excludes events that the index excludes for %j', async (filters, events) => {
  expect(await costOf({ site_id: 'raw', filters })).toEqual({ isRaw: true, events: events, rows: 0 });
});

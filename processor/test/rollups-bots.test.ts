import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { insertEvents } from '../src/events/insert-events.js';
import { groupEvents } from '../src/rollups/group-events.js';
import { rollSite } from '../src/rollups/roll-site.js';
import { runVerify } from '../src/verify/verify-run.js';
import { runCommand } from './run-command.js';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2026-11-01', '2026-12-01');
});
afterEach(() => database.drop());

let next = 1;
const event = (time: string, more: object = {}) => ({
  ...{ site_id: 'demo', event_type: 'view', path: '/', user_id: 'ada', timestamp: `2026-11-06T${time}Z` },
  event_id: `0190a5b0-7c3d-7000-8000-${String(next++).padStart(12, '0')}`,
  ...more,
});
const bot = { user_id: 'crawler', bot: 'GPTBot' };
const store = (...events: object[]) => insertEvents(database.pool, JSON.stringify(events));
const roll = () => rollSite(database.pool, 'demo', { now: new Date('2026-11-07T10:00:00Z') });
const rows = async (text: string) => (await database.pool.query(text)).rows;
const verify = () =>
  runCommand(runVerify, ['--site', 'demo', '--from', '2026-11-06', '--to', '2026-11-06'], database.url);

const rolled = `select to_char(interval_start at time zone 'UTC', 'HH24:MI') as start, event_type as type, events, visitor_count as visitors
  from rollup_15m where dimension = 'all' order by 1, 2`;

it('count only people, and have rows for intervals with only bots', async () => {
  await store(
    event('10:00:00'),
    event('10:01:00', bot),
    event('12:00:00', bot),
    event('12:01:00', { ...bot, event_type: 'click' }),
  );
  await roll();
  const all = (start: string, events: number) => ({ start, type: '', events, visitors: events });
  expect(await rows(rolled)).toEqual([all('10:00', 1), { ...all('10:00', 1), type: 'view' }, all('12:00', 0)]);
  expect(
    await rows(
      `select event_type as type, events, visitor_count as visitors from rollup_days where dimension = 'all' order by 1`,
    ),
  ).toEqual([
    { type: '', events: 1, visitors: 1 },
    { type: 'view', events: 1, visitors: 1 },
  ]);
  expect((await rows('select sum(rows)::int as rows from segments'))[0]).toEqual({ rows: 4 });
  expect(await verify()).toMatchObject({ code: 0 });
});

it('do not recompute aggregates because of bots', async () => {
  await store(event('10:00:00'), event('12:00:00', bot));
  await roll();
  const marks = `select to_char(interval_start at time zone 'UTC', 'HH24:MI') as start, event_types as types from aggregation_marks order by 1`;
  expect(await rows(marks)).toEqual([{ start: '10:00', types: ['view'] }]);
});

it('are the same if Postgres counts, as for intervals with too many events', async () => {
  await store(event('10:00:00'), event('10:01:00', bot), event('12:00:00', bot));
  await roll();
  const client = await database.pool.connect();
  const range = { from: [new Date('2026-11-06T00:00:00Z')], to: [new Date('2026-11-07T00:00:00Z')] };
  const counted = await groupEvents(client, 'demo', range);
  client.release();
  const shown = counted.map(({ bucket, event_type: type, events, visitor_count: visitors }) => ({
    start: bucket.slice(11, 16),
    type,
    events,
    visitors,
  }));
  const byText = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  expect(shown.sort(byText)).toEqual((await rows(rolled)).sort(byText));
});

it('never treat a payment as an event of a bot', async () => {
  const { validateEvent } = await import('@millrace/shared/contract/event');
  const payment = { transaction_id: 't', amount: '1', currency: 'EUR', status: 'succeeded' };
  const result = validateEvent(
    { site_id: 'demo', event_type: 'payment', path: '', bot: 'axios', properties: payment },
    Date.now(),
  );
  expect(result).toMatchObject({ ok: true, event: { event_type: 'payment' } });
  expect(result.ok && result.event.bot).toBeUndefined();
});

import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureMonths } from '../src/events/ensure-partitions.js';
import { insertEvents } from '../src/events/insert-events.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('stores the transaction id of each event, and finds the latest events with a cheap BRIN index', async () => {
  await ensureMonths(database.pool, ['2026-03']);
  const event = { site_id: 'demo', timestamp: '2026-03-05T10:00:00Z', event_type: 'view', path: '/' };
  for (const number of [1, 2]) {
    const event_id = `0190a5b0-7c3d-7000-8000-00000000000${number}`;
    await insertEvents(database.pool, JSON.stringify([{ ...event, event_id }]));
  }
  const { rows } = await database.pool.query(
    `select count(distinct txid)::int as different, bool_and(txid::text::xid8::xid = xmin) as theirs from events_2026_03`,
  );
  expect(rows).toEqual([{ different: 2, theirs: true }]);
  const indexes = await database.pool.query(
    `select reloptions from pg_index join pg_class on pg_class.oid = indexrelid join pg_am on pg_am.oid = relam
     where indrelid = 'events_2026_03'::regclass and amname = 'brin'`,
  );
  expect(indexes.rows).toEqual([{ reloptions: ['pages_per_range=8', 'autosummarize=on'] }]);
});

/** Counts of money whose raw events are gone, or that no aggregation has seen yet. */
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { readPage } from './dataset-pages.js';
import { buildDocumentedApp } from './documented-app.js';

let database: TestDatabase | undefined;
let app: Express;

const id = (number: number) => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** Transaction `t` arrived in May, whose raw events were dropped since, and again in June together with another one. */
beforeEach(async () => {
  await database?.drop();
  database = await createTestDatabase();
  const { pool } = database;
  await addPartition(pool, '2026-06-01', '2026-07-01');
  await pool.query(`insert into sites (site_id) values ('shop')`);
  await pool.query(`insert into raw_horizon (since) values ('2026-06-01T00:00:00Z')`);
  await pool.query(
    `insert into money_events (site_id, timestamp, event_id, kind, counts_by, interval_count, at_period_end)
    values ('shop', '2026-05-10T00:00:00Z', $1, 'payment', 't', 1, false)`,
    [id(1)],
  );
  await pool.query(
    `insert into events (site_id, timestamp, event_id, event_type, path, properties)
    select 'shop', '2026-06-10T00:00:00Z', id, 'payment', '',
      jsonb_build_object('transaction_id', name, 'amount', '5.00', 'currency', 'EUR', 'status', 'succeeded')
    from unnest($1::uuid[], array['t', 'u']) as e(id, name)`,
    [[id(2), id(3)]],
  );
  app = buildDocumentedApp(pool).app;
});
afterAll(() => database?.drop());

async function counted() {
  const june = { site_id: 'shop', date_range: '2026-06-01,2026-06-30' };
  const { rows } = await readPage(app, 'transactions', june);
  const summary = (await readPage(app, 'revenue-summary', june)).rows;
  return { rows: rows.map((row) => [row.transaction_id, row.counted]), sums: summary.map(({ sum }) => sum) };
}

const expected = {
  rows: [
    ['t', false],
    ['u', true],
  ],
  sums: ['5.00'],
};

it('a payment is a repeat if only the table of money still has the first one, even before the first aggregation', async () => {
  expect(await counted()).toEqual(expected);
});

it('stays the same once an aggregation has run, with marks for later events', async () => {
  await database!.pool.query(
    `insert into site_aggregations (site_id, timezone, aggregated_at, revenue_at) values ('shop', 'UTC', '2026-06-11', '2026-06-11')`,
  );
  await database!.pool.query(`insert into rollup_marks values ('shop', '2026-06-10T00:00:00Z')`);
  expect(await counted()).toEqual(expected);
});

it('the first of simultaneous events counts', async () => {
  await database!.pool.query(`delete from money_events`);
  await database!.pool.query(`update events set properties = properties || '{"transaction_id": "t"}'`);
  const { rows, sums } = await counted();
  expect({ rows, sums }).toEqual({
    rows: [
      ['t', true],
      ['t', false],
    ],
    sums: ['5.00'],
  });
});

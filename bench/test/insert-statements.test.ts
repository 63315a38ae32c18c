import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readInsertStatements } from '../src/rollup/insert-rates.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-11-01', '2025-12-01');
});
afterAll(() => database.drop());

const batch = (site_id: string) =>
  JSON.stringify([
    {
      site_id,
      timestamp: '2025-11-14T12:07:00Z',
      event_id: '0190a5b0-7c3d-7000-8000-000000000001',
      event_type: 'view',
      path: '/',
    },
  ]);

it('compares two inserts that store the same event and differ only in marking its interval', async () => {
  const { withMarks, withoutMarks } = await readInsertStatements();
  const { pool } = database;
  expect((await pool.query(withMarks, [batch('marked')])).rows).toEqual([{ stored: 1 }]);
  expect((await pool.query(withoutMarks, [batch('unmarked')])).rows).toEqual([{ stored: 1 }]);
  expect((await pool.query('select site_id from events order by 1')).rows).toEqual([
    { site_id: 'marked' },
    { site_id: 'unmarked' },
  ]);
  expect((await pool.query('select site_id from sites order by 1')).rowCount).toBe(2);
  expect((await pool.query('select site_id from rollup_marks')).rows).toEqual([{ site_id: 'marked' }]);
});

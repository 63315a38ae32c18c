/** Migrations: many times, many at once, and never backwards. */
import { migrate } from '@millrace/shared/migrate';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ migrated: false });
});
afterAll(() => database.drop());

const run = () => migrate(database.pool, { kind: 'postgres', url: database.url, prefix: 'millrace' }, silent);

it('applies each migration once when four processes start at the same time, and nothing when run again', async () => {
  await Promise.all([run(), run(), run(), run()]);
  const { rows: before } = await database.pool.query('select name, applied_at from migrations order by name');
  expect(before.map((row) => row.name)).toEqual([
    '0001_events.sql',
    '0002_rollups.sql',
    '0003_access.sql',
    '0004_aggregates.sql',
    '0005_metrics.sql',
    '0006_schedules.sql',
    '0007_operations.sql',
    '0008_sessions.sql',
    '0009_alerts.sql',
  ]);
  await run();
  const { rows: after } = await database.pool.query('select name, applied_at from migrations order by name');
  expect(after).toEqual(before);
});

it('refuses a database of a newer version, rather than work on tables it does not know', async () => {
  await database.pool.query(`insert into migrations (name) values ('9999_future.sql')`);
  await expect(run()).rejects.toThrow('newer version (9999_future.sql)');
});

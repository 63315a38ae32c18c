/** Migrations: many times, many at once, and never backwards. */
import { migrate } from '@millrace/shared/migrate';
import { checkSchema, knownMigrations, NewerSchemaError } from '@millrace/shared/schema-version';
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
  expect(before.map((row) => row.name)).toEqual(await knownMigrations());
  await run();
  const { rows: after } = await database.pool.query('select name, applied_at from migrations order by name');
  expect(after).toEqual(before);
});

it('leaves what a newer release has added alone, so that an older one starts beside it', async () => {
  await database.pool.query(`insert into migrations (name) values ('9999_future.sql')`);
  await run();
  await checkSchema(database.pool);
});

it('names the migration that is missing', async () => {
  await database.pool.query(`delete from migrations where name = '0009_alerts.sql'`);
  await expect(checkSchema(database.pool)).rejects.toThrow('lacks migration 0009_alerts.sql of this release');
});

it('refuses a database of a newer major, rather than work on tables that it does not know', async () => {
  await database.pool.query('update schema_major set major = 2');
  await expect(run()).rejects.toThrow('The database has schema version 2, made by a newer release of Millrace');
  await expect(checkSchema(database.pool)).rejects.toThrow(NewerSchemaError);
});

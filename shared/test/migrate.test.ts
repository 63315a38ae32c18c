/** Migrations run repeatedly, concurrently, and never backwards. */
import { migrate } from '@millrace/shared/platform/migrate';
import { checkSchema, listMigrations, NewerSchemaError, waitForSchema } from '@millrace/shared/platform/schema-version';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, beforeAll, expect, it } from 'vitest';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ migrated: false });
});
afterAll(() => database.drop());

const run = () => migrate(database.pool, { kind: 'postgres', url: database.url, prefix: 'millrace' }, silent);

it('applies each migration once if four processes start at the same time, and nothing the next time', async () => {
  await Promise.all([run(), run(), run(), run()]);
  const { rows: before } = await database.pool.query('select name, applied_at from migrations order by name');
  expect(before.map((row) => row.name)).toEqual(await listMigrations());
  expect(await run()).toBe(0);
  const { rows: after } = await database.pool.query('select name, applied_at from migrations order by name');
  expect(after).toEqual(before);
});

it('refuses a migration that has changed since it was applied, and adds checksums of an older release', async () => {
  const name = '0009_alerts.sql';
  const checksum = async () =>
    (await database.pool.query('select checksum from migrations where name = $1', [name])).rows[0].checksum;
  const original = await checksum();
  expect(original).toMatch(/^[0-9a-f]{64}$/);
  await database.pool.query(`update migrations set checksum = repeat('0', 64) where name = $1`, [name]);
  await expect(run()).rejects.toThrow('Migration 0009_alerts.sql has changed since it was applied to this database');
  await database.pool.query('update migrations set checksum = null where name = $1', [name]);
  expect(await run()).toBe(0);
  expect(await checksum()).toBe(original);
});

it('ignores additions of a newer release, so that an older one can run beside it', async () => {
  await database.pool.query(`insert into migrations (name) values ('9999_future.sql')`);
  await run();
  await checkSchema(database.pool);
});

it('names the missing migration', async () => {
  await database.pool.query(`delete from migrations where name = '0009_alerts.sql'`);
  await expect(checkSchema(database.pool)).rejects.toThrow('lacks migration 0009_alerts.sql of this release');
});

it('refuses a database with a newer major version', async () => {
  await database.pool.query('update schema_major set major = 2');
  await expect(run()).rejects.toThrow('The database has schema version 2 from a newer release of Millrace');
  await expect(checkSchema(database.pool)).rejects.toThrow(NewerSchemaError);
});

it('waits for the schema of an empty database, and logs once what to do, without a stack trace', async () => {
  const empty = await createTestDatabase({ migrated: false });
  const lines: unknown[][] = [];
  const note = (...line: unknown[]) => void lines.push(line);
  const logger = Object.assign(Object.create(silent), { warn: note, error: note }) as typeof silent;
  let attempts = 0;
  const pool: typeof empty.pool = Object.create(empty.pool, {
    query: {
      value: (...query: Parameters<typeof empty.pool.query>) => {
        attempts += 1;
        return empty.pool.query(...query);
      },
    },
  });
  const lifecycle = { closing: false, onClose: () => {}, shutdown: async () => {} };
  const waiting = waitForSchema(pool, logger, lifecycle);
  await eventually(async () => attempts >= 5, 'the schema was checked more than twice');
  expect(lines).toEqual([
    ['The database has no Millrace schema yet: run `node shared/dist/commands/migrate-command.js`. Waiting for it.'],
  ]);
  const count = await migrate(empty.pool, { kind: 'postgres', url: empty.url, prefix: 'millrace' }, silent);
  expect(count).toBe((await listMigrations()).length);
  expect(await waiting).toBe(true);
  await empty.drop();
});

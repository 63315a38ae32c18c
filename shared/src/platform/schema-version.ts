/** Whether the database's schema and this release fit each other, asked when a service starts. */
import { readdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Lifecycle } from './lifecycle.js';
import { createErrorLog, type Logger } from './logger.js';
import type { Pool, PoolClient } from './postgres.js';

export const migrationsFolder = new URL('../../migrations/', import.meta.url);

/** The schema major that this release works on: `major` in table `schema_major`, raised by migrations that are not only additions. */
export const schemaMajor = 1;

/** Names of this release's migrations, in order. */
export async function knownMigrations(): Promise<string[]> {
  return (await readdir(migrationsFolder)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort();
}

/** The database belongs to a release that this one cannot run beside: nothing but an update helps. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';
}

/** The database is not migrated as far as this release needs: somebody has to. */
export class OlderSchemaError extends Error {
  override readonly name = 'OlderSchemaError';
}

const howToMigrate = 'run `node shared/dist/commands/migrate-command.js`.';

async function hasTable(database: Pool | PoolClient, name: string): Promise<boolean> {
  const { rows } = await database.query<{ exists: boolean }>(
    '/* shared.hasTable */ select to_regclass($1) is not null as exists',
    [name],
  );
  return rows[0]!.exists;
}

/** @throws NewerSchemaError when the schema is of a newer major; one without the table is older than majors. */
export async function refuseNewerMajor(database: Pool | PoolClient): Promise<void> {
  if (!(await hasTable(database, 'schema_major'))) return;
  const { rows } = await database.query<{ major: number }>('/* shared.schemaMajor */ select major from schema_major');
  const major = rows[0]?.major ?? schemaMajor;
  if (major <= schemaMajor) return;
  throw new NewerSchemaError(
    `The database has schema version ${major}, made by a newer release of Millrace; this one works with version ${schemaMajor}. Update this service.`,
  );
}

/**
 * Resolves when the schema is at least this release's and of its major.
 * @throws NewerSchemaError as {@link refuseNewerMajor}, OlderSchemaError that names the first migration that is missing, or says that none is there.
 */
export async function checkSchema(pool: Pool): Promise<void> {
  await refuseNewerMajor(pool);
  if (!(await hasTable(pool, 'migrations'))) {
    throw new OlderSchemaError(`The database has no Millrace schema yet: ${howToMigrate}`);
  }
  const { rows } = await pool.query<{ name: string }>('/* shared.appliedMigrations */ select name from migrations');
  const applied = new Set(rows.map(({ name }) => name));
  const missing = (await knownMigrations()).find((name) => !applied.has(name));
  if (missing === undefined) return;
  throw new OlderSchemaError(`The database lacks migration ${missing} of this release: ${howToMigrate}`);
}

const retryMs = 500;

/** What an operator has to do is said once, until there is something else to do; faults of the database are repeated. */
function createWaitingLog(logger: Logger): (error: unknown) => void {
  const logFault = createErrorLog(logger, 'waiting for the database');
  let said = '';
  return (error) => {
    if (!(error instanceof OlderSchemaError)) return logFault(error);
    if (error.message !== said) logger.warn(`${error.message} Waiting for it.`);
    said = error.message;
  };
}

/**
 * Asks until the schema fits, as long as the database is unreachable or not yet migrated; then resolves with true. False when
 * the service is closing meanwhile. A schema of a newer major ends the service with exit code 1.
 */
export async function waitForSchema(pool: Pool, logger: Logger, lifecycle: Lifecycle): Promise<boolean> {
  const logWaiting = createWaitingLog(logger);
  while (!lifecycle.closing) {
    try {
      await checkSchema(pool);
      return true;
    } catch (error) {
      if (error instanceof NewerSchemaError) {
        logger.fatal({ err: error }, error.message);
        await lifecycle.shutdown('the schema is newer than this release', 1);
        return false;
      }
      logWaiting(error);
    }
    await pause(retryMs);
  }
  return false;
}

/** Checks at startup that this release works with the database's schema. */
import { readdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Lifecycle } from './lifecycle.js';
import { createErrorLog, type Logger } from './logger.js';
import type { Pool, PoolClient } from './postgres.js';

export const migrationsFolder = new URL('../../migrations/', import.meta.url);

/** The major version that this release works with: `major` in table `schema_major`, raised by migrations that are not purely additive. */
export const schemaMajor = 1;

/** Names of this release's migrations, in order. */
export async function listMigrations(): Promise<string[]> {
  return (await readdir(migrationsFolder)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort();
}

/** The database was migrated by a release that this one cannot run alongside; the service must be updated. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';
}

/** The database lacks migrations that this release needs. */
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

/** @throws NewerSchemaError if the schema has a newer major version; a schema without the table predates major versions. */
export async function refuseNewerMajor(database: Pool | PoolClient): Promise<void> {
  if (!(await hasTable(database, 'schema_major'))) return;
  const { rows } = await database.query<{ major: number }>('/* shared.schemaMajor */ select major from schema_major');
  const major = rows[0]?.major ?? schemaMajor;
  if (major <= schemaMajor) return;
  throw new NewerSchemaError(
    `The database has schema version ${major} from a newer release of Millrace; this release works with version ${schemaMajor}. Update this service.`,
  );
}

/**
 * Resolves if the schema has all migrations of this release and its major version.
 * @throws NewerSchemaError as {@link refuseNewerMajor}; OlderSchemaError, naming the first missing migration.
 */
export async function checkSchema(pool: Pool): Promise<void> {
  await refuseNewerMajor(pool);
  if (!(await hasTable(pool, 'migrations'))) {
    throw new OlderSchemaError(`The database has no Millrace schema yet: ${howToMigrate}`);
  }
  const { rows } = await pool.query<{ name: string }>('/* shared.appliedMigrations */ select name from migrations');
  const applied = new Set(rows.map(({ name }) => name));
  const missing = (await listMigrations()).find((name) => !applied.has(name));
  if (missing === undefined) return;
  throw new OlderSchemaError(`The database lacks migration ${missing} of this release: ${howToMigrate}`);
}

const retryMs = 500;

/** Logs each instruction to the operator only once; database errors are repeated. */
function createWaitingLog(logger: Logger): (error: unknown) => void {
  const logFault = createErrorLog(logger, 'waiting for the database');
  let lastWarning = '';
  return (error) => {
    if (!(error instanceof OlderSchemaError)) return logFault(error);
    if (error.message !== lastWarning) logger.warn(`${error.message} Waiting for it.`);
    lastWarning = error.message;
  };
}

/**
 * Retries while the database is unreachable or not yet migrated. Resolves with true once the schema fits, with false if the
 * service shuts down meanwhile. A schema with a newer major version ends the service with exit code 1.
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

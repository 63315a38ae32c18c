/** Applies the numbered SQL files in `migrations/`, each once and in its own transaction. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { lockQueueSchema, migrateQueue } from '../queue/queue.js';
import { queueSchema } from '../queue/queue-connection.js';
import { grantRights } from '../roles/grant-rights.js';
import type { QueueLocation } from './config.js';
import type { Logger } from './logger.js';
import { inTransaction, type Pool, type PoolClient } from './postgres.js';
import { listMigrations, migrationsFolder, refuseNewerMajor } from './schema-version.js';

/** Key of the advisory lock that lets one process migrate at a time ("mill" in ASCII). */
const lockKey = 0x6d696c6c;

const lock = (client: PoolClient) => client.query('/* shared.migrate */ select pg_advisory_xact_lock($1)', [lockKey]);

async function createBookkeeping(client: PoolClient): Promise<void> {
  await lock(client);
  await client.query(`/* shared.migrate */
    create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())`);
  await client.query('/* shared.migrate */ alter table migrations add column if not exists checksum text');
}

/** Checksum by name; null if a release without checksums applied the migration. */
async function appliedMigrations(client: PoolClient): Promise<Map<string, string | null>> {
  await lock(client);
  const { rows } = await client.query<{ name: string; checksum: string | null }>(
    '/* shared.migrate */ select name, checksum from migrations',
  );
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

/** SHA-256 of the text, whatever line ends a checkout gave it. */
const checksumOf = (sql: string) => createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex');

/** Inserts the bookkeeping row first, so that a failed migration rolls it back. */
async function applyMigration(client: PoolClient, name: string, sql: string): Promise<void> {
  await client.query('/* shared.migrate */ insert into migrations (name, checksum) values ($1, $2)', [
    name,
    checksumOf(sql),
  ]);
  await client.query(sql);
}

/** @throws Error if the file differs from the one that was applied, because then the schema may differ, too. */
async function checkApplied(client: PoolClient, name: string, sql: string, applied: string | null): Promise<void> {
  const checksum = checksumOf(sql);
  if (applied === checksum) return;
  if (applied !== null) {
    throw new Error(
      `Migration ${name} has changed since it was applied to this database: restore the file, and put the change into a new migration.`,
    );
  }
  await client.query('/* shared.migrate */ update migrations set checksum = $2 where name = $1', [name, checksum]);
}

/**
 * Brings tables, queue, and the rights of the services' roles up to date. Idempotent, and safe from many processes at once.
 * Additive migrations of a newer release are ignored, so that an older release can start alongside it.
 * Resolves with the number of migrations applied.
 * @throws NewerSchemaError if the schema has a newer major version, Error if an applied migration has changed.
 */
export async function migrate(pool: Pool, queue: QueueLocation, logger: Logger): Promise<number> {
  let count = 0;
  await inTransaction(pool, createBookkeeping);
  for (const name of await listMigrations()) {
    await inTransaction(pool, async (client) => {
      const applied = await appliedMigrations(client);
      await refuseNewerMajor(client);
      const sql = await readFile(new URL(name, migrationsFolder), 'utf8');
      const checksum = applied.get(name);
      if (checksum !== undefined) return checkApplied(client, name, sql, checksum);
      await applyMigration(client, name, sql);
      count += 1;
      logger.info({ migration: name }, 'migrated');
    });
  }
  const client = await pool.connect();
  try {
    await migrateQueue(client, queue);
  } finally {
    client.release();
  }
  await grantRights(pool, queue.kind === 'postgres' ? queueSchema(queue.prefix) : undefined, logger, async (client) => {
    await lock(client);
    await lockQueueSchema(client, queue);
  });
  return count;
}

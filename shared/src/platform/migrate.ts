/** Applies the numbered SQL files in `migrations/`, each once and in its own transaction. */
import { readFile } from 'node:fs/promises';
import { migrateQueue } from '../queue/queue.js';
import type { QueueLocation } from './config.js';
import type { Logger } from './logger.js';
import { inTransaction, type Pool, type PoolClient } from './postgres.js';
import { listMigrations, migrationsFolder, refuseNewerMajor } from './schema-version.js';

/** Key of the advisory lock that lets one process migrate at a time ("mill" in ASCII). */
const lockKey = 0x6d696c6c;

async function appliedMigrations(client: PoolClient): Promise<Set<string>> {
  await client.query('/* shared.migrate */ select pg_advisory_xact_lock($1)', [lockKey]);
  await client.query(`/* shared.migrate */
    create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())`);
  const { rows } = await client.query<{ name: string }>('/* shared.migrate */ select name from migrations');
  return new Set(rows.map((row) => row.name));
}

/** Inserts the bookkeeping row first, so that a failed migration rolls it back. */
async function applyMigration(client: PoolClient, name: string): Promise<void> {
  await client.query('/* shared.migrate */ insert into migrations (name) values ($1)', [name]);
  await client.query(await readFile(new URL(name, migrationsFolder), 'utf8'));
}

/**
 * Brings tables and queue up to date. Idempotent, and safe from many processes at once.
 * Additive migrations of a newer release are ignored, so that an older release can start alongside it.
 * Resolves with the number of migrations applied.
 * @throws NewerSchemaError if the schema has a newer major version.
 */
export async function migrate(pool: Pool, queue: QueueLocation, logger: Logger): Promise<number> {
  let count = 0;
  for (const name of await listMigrations()) {
    await inTransaction(pool, async (client) => {
      const applied = await appliedMigrations(client);
      await refuseNewerMajor(client);
      if (applied.has(name)) return;
      await applyMigration(client, name);
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
  return count;
}

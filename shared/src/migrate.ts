/** Turns a database of any earlier version into one that fits this code: numbered SQL files, each once, each in one transaction. */
import { readdir, readFile } from 'node:fs/promises';
import type { QueueLocation } from './config.js';
import type { Logger } from './logger.js';
import { inTransaction, type Pool, type PoolClient } from './postgres.js';
import { migrateQueue } from './queue.js';

const folder = new URL('../migrations/', import.meta.url);

/** Key of the advisory lock that lets one process migrate at a time ("mill" in ASCII). */
const lockKey = 0x6d696c6c;

async function appliedMigrations(client: PoolClient): Promise<Set<string>> {
  await client.query('/* shared.migrate */ select pg_advisory_xact_lock($1)', [lockKey]);
  await client.query(`/* shared.migrate */
    create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())`);
  const { rows } = await client.query<{ name: string }>('/* shared.migrate */ select name from migrations');
  return new Set(rows.map((row) => row.name));
}

/** The bookkeeping row is written first: a migration that fails takes its row with it. */
async function applyMigration(client: PoolClient, name: string): Promise<void> {
  await client.query('/* shared.migrate */ insert into migrations (name) values ($1)', [name]);
  await client.query(await readFile(new URL(name, folder), 'utf8'));
}

/**
 * Brings tables and queue up to date. Safe from many processes at once, and again and again.
 * @throws Error when the database holds a migration that this code does not know: it belongs to a newer version.
 */
export async function migrate(pool: Pool, queue: QueueLocation, logger: Logger): Promise<void> {
  const known = (await readdir(folder)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort();
  for (const name of known) {
    await inTransaction(pool, async (client) => {
      const applied = await appliedMigrations(client);
      const unknown = [...applied].find((other) => !known.includes(other));
      if (unknown) throw new Error(`The database was migrated by a newer version (${unknown}). Update Millrace.`);
      if (applied.has(name)) return;
      await applyMigration(client, name);
      logger.info({ migration: name }, 'migrated');
    });
  }
  const client = await pool.connect();
  try {
    await migrateQueue(client, queue);
  } finally {
    client.release();
  }
}

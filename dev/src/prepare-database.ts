/** Turns the settings into a running, migrated database. */
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { ClearError } from './clear-error.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import type { CommandContext } from './run-command.js';
import { lastWords } from './run-services.js';
import { spawnNode } from './spawn-node.js';
import type { StartSettings } from './start-settings.js';
import { workspaceRoot } from './workspace-root.js';

/** A database that services can use. */
export interface ReadyDatabase {
  url: string;
  /** Of the embedded Postgres only. */
  lifeline?: Writable;
  /** Resolves when the embedded Postgres ends; never for a given one. */
  ended: Promise<void>;
}

/** Takes the database of DATABASE_URL, or starts the embedded one and leaves its stopping in the closing list. */
export async function openDatabase(settings: StartSettings, { closing }: CommandContext): Promise<ReadyDatabase> {
  if (settings.databaseUrl) return { url: settings.databaseUrl, ended: new Promise(() => undefined) };
  const postgres = await startEmbeddedPostgres({ home: settings.dataFolder });
  closing.add(() => postgres.stop());
  return postgres;
}

/** Brings tables and queue up to date; throws a ClearError with the last words of the migration when it fails. */
export async function migrateDatabase(env: NodeJS.ProcessEnv, logFormat: 'text' | 'json', stopped: AbortSignal) {
  const script = join(workspaceRoot, 'shared', 'dist', 'commands', 'migrate-command.js');
  const child = spawnNode({ name: 'migrate', script, env, logFormat });
  stopped.addEventListener('abort', () => child.kill('SIGTERM'));
  const how = await child.ended;
  if (stopped.aborted || child.exitCode() === 0) return;
  throw new ClearError(`The database could not be migrated (the migration ended ${how}). ${lastWords(child)}`);
}

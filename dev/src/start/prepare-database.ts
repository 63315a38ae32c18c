import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { CommandError } from '@millrace/shared/commands/command-error';
import type { CommandContext } from '../processes/run-command.js';
import { spawnNode } from '../processes/spawn-node.js';
import { startEmbeddedPostgres } from '../stores/embedded-postgres.js';
import { workspaceRoot } from '../workspace-root.js';
import { lastWords } from './run-services.js';
import type { StartSettings } from './start-settings.js';

/** A database that is ready for the services. */
export interface ReadyDatabase {
  url: string;
  /** Only for the embedded Postgres. */
  lifeline?: Writable;
  /** Resolves when the embedded Postgres ends; never resolves for DATABASE_URL. */
  ended: Promise<void>;
}

/** Uses the database of DATABASE_URL, or starts the embedded one, which the closing list then stops. */
export async function openDatabase(settings: StartSettings, { closing }: CommandContext): Promise<ReadyDatabase> {
  if (settings.databaseUrl) return { url: settings.databaseUrl, ended: new Promise(() => undefined) };
  const postgres = await startEmbeddedPostgres({ home: settings.dataFolder });
  closing.add(() => postgres.stop());
  return postgres;
}

/** Migrates tables and queue. @throws CommandError with the end of the migration's log */
export async function migrateDatabase(env: NodeJS.ProcessEnv, logFormat: 'text' | 'json', stopped: AbortSignal) {
  const script = join(workspaceRoot, 'shared', 'dist', 'commands', 'migrate-command.js');
  const child = spawnNode({ name: 'migrate', script, env, logFormat });
  stopped.addEventListener('abort', () => child.kill('SIGTERM'));
  const how = await child.ended;
  if (stopped.aborted || child.exitCode() === 0) return;
  throw new CommandError(`The database could not be migrated (the migration ended ${how}). ${lastWords(child)}`);
}

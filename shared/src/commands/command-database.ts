/** Database access for command-line tools, with errors explained in one sentence. */

import { createLogger } from '../platform/logger.js';
import { createPool, isConnectionError, type Pool } from '../platform/postgres.js';
import { CommandError } from './command-error.js';

const undefinedTable = '42P01';
const insufficientPrivilege = '42501';

/** Undefined if none is configured. @throws Error if it is not a Postgres URL. */
export type DatabaseUrl = () => string | undefined;

/** Runs `work` with a connection pool. @throws CommandError if no database is configured, or it is unreachable or has no tables. */
export async function onDatabase<T>(
  command: string,
  databaseUrl: DatabaseUrl,
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  const url = readUrl(databaseUrl);
  const options = { max: 2, statementTimeoutMs: 0, applicationName: `millrace-${command}` };
  const pool = createPool(url, createLogger(command, 'silent'), options);
  try {
    return await work(pool);
  } catch (error) {
    throw toCommandError(error, url);
  } finally {
    await pool.end();
  }
}

function readUrl(databaseUrl: DatabaseUrl): string {
  let url: string | undefined;
  try {
    url = databaseUrl();
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
  if (url !== undefined) return url;
  throw new CommandError(
    'There is no database: DATABASE_URL is not set, and no `npm start` of this clone is running. Start it, or set DATABASE_URL.',
  );
}

function toCommandError(error: unknown, url: string): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  if (isConnectionError(error)) {
    const reason = message || String(code);
    return new CommandError(
      `The database at ${new URL(url).host} is unreachable (${reason}). Check that it is running and that DATABASE_URL is correct.`,
    );
  }
  if (code === undefinedTable) {
    return new CommandError(
      `The database lacks tables of this version (${message}). Migrate it first; \`npm start\` does this.`,
    );
  }
  if (code === insufficientPrivilege) {
    return new CommandError(
      `The database user ${new URL(url).username} may not do this (${message}). Run the command as the owner of the tables.`,
    );
  }
  return error;
}

/** The text to print for a failure: the message of a {@link CommandError}, or the stack trace of an unexpected error. */
export function describeFailure(error: unknown): string {
  if (error instanceof CommandError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

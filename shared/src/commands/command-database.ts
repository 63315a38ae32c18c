/** Turns a database's address into a pool for one command, and what goes wrong with it into one sentence. */
import { createLogger } from '../platform/logger.js';
import { createPool, isConnectionError, type Pool } from '../platform/postgres.js';

/** A reason not to go on that its message explains in full, shown without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

const undefinedTable = '42P01';

/** Undefined where nobody said it. @throws Error when it is no address of a Postgres. */
export type DatabaseUrl = () => string | undefined;

/** Runs `work` on the database. @throws CommandError when there is none, when it does not answer or has no tables. */
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
    throw explained(error, url);
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
    'There is no database to ask: DATABASE_URL is not set, and no `npm start` of this clone is running. Start it, or set DATABASE_URL.',
  );
}

function explained(error: unknown, url: string): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  if (isConnectionError(error)) {
    const reason = message || String(code);
    return new CommandError(
      `The database at ${new URL(url).host} does not answer (${reason}): check that it runs and that DATABASE_URL is right.`,
    );
  }
  if (code === undefinedTable) {
    return new CommandError(
      `The database has not all tables of this version (${message}): migrate it first, \`npm start\` does so.`,
    );
  }
  return error;
}

/** What to print of a failure: its sentence, or all that is known of a fault of our own. */
export function describeFailure(error: unknown): string {
  if (error instanceof CommandError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

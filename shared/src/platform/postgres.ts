/** Turns a database URL into a pool of connections that survives restarts of the server. */
import pg from 'pg';
import { createErrorLog, type Logger } from './logger.js';

export type Pool = pg.Pool;
export type PoolClient = pg.PoolClient;

export interface PoolOptions {
  /** Connections at most. */
  max: number;
  /** Server-side limit for one statement. */
  statementTimeoutMs: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
}

/** A pool whose idle connections may die without ending the process; statements are limited by the server itself. */
export function createPool(url: string, logger: Logger, options: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: options.applicationName,
    statement_timeout: options.statementTimeoutMs,
    // Only for a server that hangs and so cannot keep its own limit; the connection is given up.
    query_timeout: options.statementTimeoutMs && options.statementTimeoutMs + 5_000,
    idle_in_transaction_session_timeout: 60_000,
  });
  pool.on('error', createErrorLog(logger, 'lost an idle database connection'));
  // While the pool hands a connection on, nobody else listens, and an error that nobody hears ends the process. The next query fails, too.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Runs `work` in one transaction, opened by the statements of `begin`: committed when it resolves, rolled back when it rejects. */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  begin = 'begin',
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // A connection that dies between two statements says so here.
  const noteBroken = (error: Error) => {
    broken = error;
  };
  client.on('error', noteBroken);
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.off('error', noteBroken);
    client.release(broken);
  }
}

const socketErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** What pg says, without a code, when a connection is lost, hangs or cannot be had. */
const lostConnection =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|has encountered a connection error/i;

/** True when the server could not be reached, let nobody in or went away, so that nothing is wrong with the statement itself. */
export function isConnectionError(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return socketErrors.has(code) || /^(08|28|3D|57P|53300)/.test(code);
  return lostConnection.test(String(message));
}

/** True if Postgres reported one of these SQLSTATE codes. */
export const hasSqlState = (error: unknown, ...codes: string[]): boolean =>
  codes.includes(String((error as { code?: unknown }).code));

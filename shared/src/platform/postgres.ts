import pg, { type ClientBase } from 'pg';
import { createErrorLog, type Logger } from './logger.js';

export type Pool = pg.Pool;
export type PoolClient = pg.PoolClient;

export interface PoolOptions {
  /** Maximum number of connections. */
  max: number;
  /** Server-side limit for one statement. */
  statementTimeoutMs: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
}

/** A pool that survives restarts of the server. The server itself enforces the statement timeout. */
export function createPool(url: string, logger: Logger, options: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: options.applicationName,
    statement_timeout: options.statementTimeoutMs,
    // Only for a server that hangs and cannot enforce its own timeout; the connection is then dropped.
    query_timeout: options.statementTimeoutMs && options.statementTimeoutMs + 5_000,
    idle_in_transaction_session_timeout: 60_000,
  });
  pool.on('error', createErrorLog(logger, 'lost an idle database connection'));
  // Between idle and checked out, a connection has no error listener, and an unhandled error would end the process. The next query fails anyway.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Runs `work` in a transaction that `begin` opens: commits when it resolves, rolls back when it rejects. */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  begin = 'begin',
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // Emitted when the connection dies between two statements.
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

/** Closes the connection at once; its pending query fails, with `error` if given. */
export const destroyConnection = (client: ClientBase, error?: Error): void =>
  (client as unknown as { connection: { stream: { destroy(error?: Error): void } } }).connection.stream.destroy(error);

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

/** pg's errors without a code for connections that are lost, hang or cannot be opened. */
const lostConnection =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|has encountered a connection error/i;

/** True if the server was unreachable, refused the connection or went away: the statement itself may be fine. */
export function isConnectionError(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return socketErrors.has(code) || /^(08|28|3D|57P|53300)/.test(code);
  return lostConnection.test(String(message));
}

import { withTimeout } from '@millrace/shared/platform/health';
import { destroyConnection, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';
import pg from 'pg';
import { cancelOnAbort, snapshotOpening } from '../reading/in-snapshot.js';

export interface LongRead {
  /** For the whole read, including pauses of its reader. */
  statementTimeoutMs: number;
  signal: AbortSignal;
}

const endMs = 1_000;
/** Postgres cancels a statement immediately, unless it hangs. */
const cancelMs = 2_000;

/** Without the timeout, a server that does not answer would block this forever. */
async function close(client: pg.Client): Promise<void> {
  await withTimeout(client.end(), endMs, 'the connection').catch(() => destroyConnection(client));
}

/**
 * Runs a long read in a read-only snapshot on its own connection, so it takes none from the pool that short queries use. When the signal
 * fires, the running statement is cancelled and reads reject. The connection is always closed. The client has no statement timeout; the
 * server enforces `statementTimeoutMs`.
 */
export async function onOwnConnection<T>(
  pool: Pool,
  { statementTimeoutMs, signal }: LongRead,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...pool.options, query_timeout: 0 });
  // If the connection breaks, the running query rejects too.
  client.on('error', () => undefined);
  const begin = `/* reporting.longRead */ ${snapshotOpening}; set local statement_timeout = ${statementTimeoutMs};
set local idle_in_transaction_session_timeout = 0`;
  let timer: NodeJS.Timeout | undefined;
  const cutOffLater = () => {
    timer = setTimeout(
      () => destroyConnection(client, new Error('Connection terminated: the server does not answer')),
      cancelMs,
    );
  };
  signal.addEventListener('abort', cutOffLater);
  try {
    await client.connect();
    await client.query(begin);
    return await cancelOnAbort(pool, client as unknown as PoolClient, work, signal);
  } finally {
    signal.removeEventListener('abort', cutOffLater);
    clearTimeout(timer);
    await close(client);
  }
}

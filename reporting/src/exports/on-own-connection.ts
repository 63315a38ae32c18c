/** Reads that take long, on a connection of their own, so that those who ask for answers keep theirs. */

import { withTimeout } from '@millrace/shared/platform/health';
import { destroyConnection, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';
import pg from 'pg';
import { snapshotOpening, untilAborted } from '../reading/in-snapshot.js';

export interface LongRead {
  /** Of a whole read, pauses of its reader included. */
  statementTimeoutMs: number;
  signal: AbortSignal;
}

const endMs = 1_000;
/** A server that is asked to cancel a read does so at once, unless it hangs. */
const cancelMs = 2_000;

/** A server that does not answer would be waited for without end. */
async function close(client: pg.Client): Promise<void> {
  await withTimeout(client.end(), endMs, 'the connection').catch(() => destroyConnection(client));
}

/**
 * Runs `work` in one read-only snapshot of the pool's database. When the signal fires what runs there is cancelled, and the reads
 * reject; the connection is closed in any case. No statement is given up by the client: the server has a limit for it.
 */
export async function onOwnConnection<T>(
  pool: Pool,
  { statementTimeoutMs, signal }: LongRead,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...pool.options, query_timeout: 0 });
  // A connection that dies says so to the query under way as well.
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
    return await untilAborted(pool, client as unknown as PoolClient, work, signal);
  } finally {
    signal.removeEventListener('abort', cutOffLater);
    clearTimeout(timer);
    await close(client);
  }
}

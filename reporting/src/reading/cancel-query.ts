import { destroyConnection, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';
import pg from 'pg';

const timeoutMs = 1_000;

/** Behind a pooler the process id may belong to another service, so only connections of this application are cancelled. */
const statement = `/* reporting.cancelQuery */
select pg_cancel_backend(pid) from pg_stat_activity
where pid = $1 and application_name = current_setting('application_name')`;

/**
 * Asks Postgres, over a separate connection, to cancel the running query of `client`, which then rejects with 57014. If the
 * server refuses, for example because it is out of connections, the query continues and the caller may try again. If the server
 * does not respond within a second, the connection of `client` is destroyed and its query rejects as lost. Never rejects.
 */
export async function cancelQuery(pool: Pool, client: PoolClient): Promise<void> {
  const { processID } = client as unknown as { processID: number | null };
  if ((await runSeparately(pool, statement, [processID])) === 'unresponsive') {
    destroyConnection(client, new Error('Connection terminated: the server does not respond'));
  }
}

/** Whether the server behind `pool` accepts a new connection and responds within a second or two, however busy the pool is. */
export const isServerResponsive = async (pool: Pool): Promise<boolean> =>
  (await runSeparately(pool, '/* reporting.isServerResponsive */ select 1', [])) === 'done';

async function runSeparately(
  pool: Pool,
  text: string,
  values: unknown[],
): Promise<'done' | 'refused' | 'unresponsive'> {
  const connection = new pg.Client({ ...pool.options, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs });
  connection.on('error', () => {});
  try {
    await connection.connect();
    await connection.query(text, values);
    return 'done';
  } catch (error) {
    return error instanceof pg.DatabaseError ? 'refused' : 'unresponsive';
  } finally {
    // Not awaited: closing a hung connection may never finish.
    connection.end().catch(() => {});
  }
}

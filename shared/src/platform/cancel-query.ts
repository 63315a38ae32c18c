/** Stops what a connection is doing in Postgres, from a connection of its own. */
import pg from 'pg';
import { cutOff } from './cut-off.js';
import type { Pool, PoolClient } from './postgres.js';

const patienceMs = 1_000;

/** Behind a pooler the number may be another one's: only connections of this service are cancelled. */
const statement = `/* shared.cancelQuery */
select pg_cancel_backend(pid) from pg_stat_activity
where pid = $1 and application_name = current_setting('application_name')`;

/**
 * Asks once that the query of `client` be cancelled: it rejects with 57014 then. A server that refuses to, such as one that is out
 * of connections, goes on with it, and may be asked again. From one that does not answer within a second the connection is
 * cut off instead, and the query rejects as one whose connection was lost. Never rejects.
 */
export async function cancelQuery(pool: Pool, client: PoolClient): Promise<void> {
  const { processID } = client as unknown as { processID: number | null };
  if ((await askSeparately(pool, statement, [processID])) === 'silent') {
    cutOff(client, new Error('Connection terminated: the server does not answer'));
  }
}

/** Whether the server of a pool lets others in and answers them within a second or two, however busy the pool itself is. */
export const answersOthers = async (pool: Pool): Promise<boolean> =>
  (await askSeparately(pool, '/* shared.answersOthers */ select 1', [])) === 'done';

/** Over a connection of its own. */
async function askSeparately(pool: Pool, text: string, values: unknown[]): Promise<'done' | 'refused' | 'silent'> {
  const other = new pg.Client({ ...pool.options, connectionTimeoutMillis: patienceMs, query_timeout: patienceMs });
  other.on('error', () => {});
  try {
    await other.connect();
    await other.query(text, values);
    return 'done';
  } catch (error) {
    return error instanceof pg.DatabaseError ? 'refused' : 'silent';
  } finally {
    // One that hangs is not waited for.
    other.end().catch(() => {});
  }
}

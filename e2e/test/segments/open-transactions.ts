/** Open transactions that have stored events, which no snapshot sees yet. */
import { plainStatement } from '@millrace/processor/events/insert-events';
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import type { Random } from '@millrace/shared/testing/create-random';

/** Each holds a connection. */
const most = 3;

export interface OpenTransactions {
  /** Stores events, or commits the oldest transaction when too many are open. */
  begin(events: string): Promise<void>;
  /** Ends the oldest. */
  endOne(): Promise<void>;
  /** Ends transactions that a roll or an erasure would wait for. */
  endAll(): Promise<void>;
}

/** Long enough for any queries in between. */
export const stayOpen = (client: PoolClient) => client.query('set local idle_in_transaction_session_timeout = 0');

export function createTransactions(pool: Pool, random: Random): OpenTransactions {
  const open: PoolClient[] = [];
  async function end(how: 'commit' | 'rollback'): Promise<void> {
    const client = open.shift();
    try {
      await client?.query(how);
    } finally {
      client?.release();
    }
  }
  return {
    async begin(events) {
      if (open.length === most) return end('commit');
      const client = await pool.connect();
      open.push(client);
      await client.query('begin');
      await stayOpen(client);
      await client.query(plainStatement, [events]);
    },
    endOne: () => end(random.pick(['commit', 'rollback'])),
    async endAll() {
      while (open.length > 0) await end(random.pick(['commit', 'commit', 'rollback']));
    },
  };
}

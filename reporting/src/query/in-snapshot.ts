/** Turns several reads into reads of one moment: a read-only transaction that sees a single snapshot. */
import { inTransaction, type Pool, type PoolClient } from '@millrace/shared/postgres';

export interface SnapshotOptions {
  /** Limit for each statement, when the one of the pool is too generous. */
  statementTimeoutMs?: number;
}

/**
 * How these reads differ from what the planner expects. Compiling costs more than it saves at this size. All that is read
 * lies along an index, and in memory. What came last is in no statistics yet: the planner takes 300,000 events for one, and
 * would sort them instead of hashing.
 */
const opening = `begin isolation level repeatable read read only;
set local jit = off; set local work_mem = '64MB'; set local random_page_cost = 1.1;
set local enable_seqscan = off; set local enable_sort = off`;

/** Runs `work` on one snapshot; the connection is returned afterwards, or closed when it broke. */
export function inSnapshot<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  { statementTimeoutMs }: SnapshotOptions = {},
): Promise<T> {
  // Several statements in one round trip cannot have parameters: hence the number in the text.
  const limit =
    statementTimeoutMs === undefined ? '' : `; set local statement_timeout = ${Math.ceil(statementTimeoutMs)}`;
  return inTransaction(pool, work, `/* reporting.inSnapshot */ ${opening}${limit}`);
}

/** Keeps the index on transactions complete, by which reporting finds the events that came since its last look. */
import { createErrorLog, type Logger } from '@millrace/shared/logger';
import { inTransaction, type Pool } from '@millrace/shared/postgres';

const intervalMs = 5_000;

/** Partition → its size when its index was last completed. */
export type SummarizedSizes = Map<string, string>;

const findPartitions = `/* processor.findTxidIndexes */
select indrelid::regclass::text as partition, indexrelid::regclass::text as index, pg_relation_size(indrelid)::text as size
from pg_inherits join pg_index on indrelid = inhrelid join pg_class on pg_class.oid = indexrelid join pg_am on pg_am.oid = relam
where inhparent = 'events'::regclass and amname = 'brin'`;

interface Partition {
  partition: string;
  index: string;
  size: string;
}

/** Autovacuum gives way to anyone who waits a second for its lock; this gives up before that. */
const begin = `begin; set local lock_timeout = '200ms'`;
const lockNotAvailable = '55P03';

/** False while another session, such as autovacuum, has the partition locked. */
async function summarize(pool: Pool, index: string): Promise<boolean> {
  const text = '/* processor.summarizePartition */ select brin_summarize_new_values($1::regclass)';
  try {
    await inTransaction(pool, (client) => client.query(text, [index]), begin);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === lockNotAvailable) return false;
    throw error;
  }
}

/**
 * Completes the index of each partition that has grown. Postgres itself does so with the next vacuum, or soon, for as many pages as its
 * list of work has places for (256 ranges of 8 pages): after an import, or at 1,000 events/s, each look would read all pages since.
 */
export async function summarizePartitions(pool: Pool, done: SummarizedSizes): Promise<void> {
  const { rows } = await pool.query<Partition>(findPartitions);
  for (const { partition, index, size } of rows) {
    if (done.get(partition) !== size && (await summarize(pool, index))) done.set(partition, size);
  }
}

/** Looks every few seconds; returns the function that ends it. */
export function keepSummarized(pool: Pool, logger: Logger): () => void {
  const done: SummarizedSizes = new Map();
  const logError = createErrorLog(
    logger,
    'could not complete the index of new events; until then, today takes longer to count',
    60_000,
  );
  let isAtWork = false;
  async function look(): Promise<void> {
    if (isAtWork) return;
    isAtWork = true;
    await summarizePartitions(pool, done).catch(logError);
    isAtWork = false;
  }
  void look();
  const timer = setInterval(look, intervalMs);
  return () => clearInterval(timer);
}

/** Keeps the index on transactions complete, by which reporting finds the events that came since its last look. */
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import { inTransaction, type Pool } from '@millrace/shared/platform/postgres';

const intervalMs = 5_000;

/** Partition → its size when its index was last completed. */
export type SummarizedSizes = Map<string, string>;

/** The newest first. */
const findPartitions = `/* processor.findTxidIndexes */
select indrelid::regclass::text as partition, indexrelid::regclass::text as index, pg_relation_size(indrelid)::text as size
from pg_inherits join pg_index on indrelid = inhrelid join pg_class on pg_class.oid = indexrelid join pg_am on pg_am.oid = relam
where inhparent = 'events'::regclass and amname = 'brin' order by 1 desc`;

interface Partition {
  partition: string;
  index: string;
  size: string;
}

const summarizePartition = '/* processor.summarizePartition */ select brin_summarize_new_values($1::regclass)';

/** Autovacuum gives way to anyone who waits a second for its lock; this gives up before that. */
const begin = `begin; set local lock_timeout = '200ms'`;
/** Another session, such as autovacuum, has the lock; the partition has been dropped meanwhile. */
const passing = ['55P03', '42P01'];

/** Undefined for what the next look does again. */
async function run<Row extends object>(pool: Pool, text: string, values: string[] = []): Promise<Row[] | undefined> {
  try {
    return await inTransaction(pool, async (client) => (await client.query<Row>(text, values)).rows, begin);
  } catch (error) {
    if (passing.includes((error as { code?: string }).code ?? '')) return undefined;
    throw error;
  }
}

/**
 * Completes the index of each partition that has grown. Postgres itself does so with the next vacuum, or soon, for as many pages as its
 * list of work has places for (256 ranges of 8 pages): after an import, or at 1,000 events/s, each look would read all pages since.
 * Ends before the next partition once `stopped` has fired.
 */
export async function summarizePartitions(
  pool: Pool,
  done: SummarizedSizes,
  logError: (error: unknown) => void,
  stopped: AbortSignal,
): Promise<void> {
  const partitions = await run<Partition>(pool, findPartitions);
  for (const { partition, index, size } of partitions ?? []) {
    if (stopped.aborted) return;
    if (done.get(partition) === size) continue;
    // One that cannot be completed holds up no other.
    const rows = await run(pool, summarizePartition, [index]).catch(logError);
    if (rows) done.set(partition, size);
  }
}

/** Looks every few seconds; returns the function that ends it, and waits for a look under way. */
export function keepSummarized(pool: Pool, logger: Logger): () => Promise<void> {
  const done: SummarizedSizes = new Map();
  const logError = createErrorLog(
    logger,
    'could not complete the index of new events; until then, today takes longer to count',
    60_000,
  );
  const stopping = new AbortController();
  let looking: Promise<void> | undefined;
  const look = () => {
    looking ??= summarizePartitions(pool, done, logError, stopping.signal)
      .catch(logError)
      .finally(() => {
        looking = undefined;
      });
  };
  look();
  const timer = setInterval(look, intervalMs);
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await looking;
  };
}

/** Keeps the BRIN index on transaction ids up to date; reporting uses it to find events that are not rolled up yet. */

import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import { hasSqlState, inTransaction, type Pool } from '@millrace/shared/platform/postgres';
import { repeat } from '@millrace/shared/platform/repeat';

const intervalMs = 5_000;

/** Partition → its size when its index was last summarized. */
export type SummarizedSizes = Map<string, string>;

/** Newest first. */
const findPartitions = `/* processor.findTxidIndexes */
select indrelid::regclass::text as partition, indexrelid::regclass::text as index, pg_relation_size(indrelid)::text as size
from pg_inherits join pg_index on indrelid = inhrelid join pg_class on pg_class.oid = indexrelid join pg_am on pg_am.oid = relam
where inhparent = 'events'::regclass and amname = 'brin' order by 1 desc`;

interface Partition {
  partition: string;
  index: string;
  size: string;
}

const summarizePartition = '/* processor.summarizePartition */ select summarize_events_partition($1)';

/** Autovacuum cancels itself for a session that waits one second for its lock; give up before that. */
const begin = `begin; set local lock_timeout = '200ms'`;
/** Lock held by another session such as autovacuum; partition dropped meanwhile. */
const transientCodes = ['55P03', '42P01'];

/** Undefined if the next check should try again. */
async function run<Row extends object>(pool: Pool, text: string, values: string[] = []): Promise<Row[] | undefined> {
  try {
    return await inTransaction(pool, async (client) => (await client.query<Row>(text, values)).rows, begin);
  } catch (error) {
    if (hasSqlState(error, ...transientCodes)) return undefined;
    throw error;
  }
}

/**
 * Summarizes the index of each partition that has grown. Postgres does this by itself only with the next vacuum, or for as many
 * pages as its work list holds (256 ranges of 8 pages): after an import, or at 1,000 events/s, every query would read all pages
 * written since. Stops before the next partition once `signal` is aborted.
 */
export async function summarizePartitions(
  pool: Pool,
  done: SummarizedSizes,
  logError: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const partitions = await run<Partition>(pool, findPartitions);
  for (const { partition, index, size } of partitions ?? []) {
    if (signal.aborted) return;
    if (done.get(partition) === size) continue;
    // A failure must not hold up other partitions.
    const rows = await run(pool, summarizePartition, [index]).catch(logError);
    if (rows) done.set(partition, size);
  }
}

/** Checks every few seconds; returns a function that stops it and waits for the check in progress. */
export function startSummarizing(pool: Pool, logger: Logger): () => Promise<void> {
  const done: SummarizedSizes = new Map();
  const logError = createErrorLog(
    logger,
    'could not summarize the index of new events; queries of today are slower until it succeeds',
    60_000,
  );
  const stopping = new AbortController();
  const check = () => summarizePartitions(pool, done, logError, stopping.signal);
  const firstCheck = check().catch(logError);
  const stop = repeat(() => firstCheck.then(check), intervalMs, logError);
  return async () => {
    stopping.abort();
    await Promise.all([firstCheck, stop()]);
  };
}

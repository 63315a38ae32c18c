/** Sums up finished jobs per hour so that their rows can be deleted; ranges of sequence numbers remember which jobs were counted. */

import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import { inTransaction, type Pool } from '@millrace/shared/platform/postgres';
import { repeat } from '@millrace/shared/platform/repeat';

/** One processor at a time: each fold must see the ranges that the previous one wrote. */
const tryLockFolding = `/* processor.lockFolding */ select pg_try_advisory_xact_lock(hashtextextended('millrace.fold-jobs', 0)) as "isLocked"`;

const rowsPerFold = 20_000;

/**
 * A job that is already in the ranges was redelivered by the queue. Its events are counted, so only the newly stored and
 * dead-lettered ones are added. Jobs without a sequence number (process 0) have no ranges; their rows stay for 7 days, as long
 * as the queue may redeliver them.
 */
const fold = `/* processor.foldJobs */
with folded as (
  delete from accounted_jobs where (process, seq) in (
    select process, seq from accounted_jobs
    where is_done and (process <> 0 or hour < now() - interval '7 days') order by process, seq limit ${rowsPerFold})
  returning process, seq, hour, events, stored, dead_lettered
), checked as (
  select folded.*, coalesce(seq <@ done, false) as is_counted from folded left join accounted_ranges using (process)
), sums as (
  insert into event_accounts (process, hour, jobs, processed, stored, dead_lettered)
  select process, hour, count(*) filter (where not is_counted), coalesce(sum(events) filter (where not is_counted), 0),
    sum(stored), sum(dead_lettered)
  from checked group by process, hour order by process, hour
  on conflict (process, hour) do update set jobs = event_accounts.jobs + excluded.jobs,
    processed = event_accounts.processed + excluded.processed, stored = event_accounts.stored + excluded.stored,
    dead_lettered = event_accounts.dead_lettered + excluded.dead_lettered
), ranges as (
  insert into accounted_ranges (process, done)
  select process, range_agg(int8range(seq, seq, '[]')) from checked where process <> 0 group by process order by process
  on conflict (process) do update set done = accounted_ranges.done + excluded.done
)
select count(*)::int as rows from folded`;

/** Folds one chunk and returns its size; 0 while another processor is folding. */
export async function foldJobs(pool: Pool): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows: turn } = await client.query<{ isLocked: boolean }>(tryLockFolding);
    if (!turn[0]!.isLocked) return 0;
    const { rows } = await client.query<{ rows: number }>(fold);
    return rows[0]!.rows;
  });
}

const everyMs = 10_000;

/** Returns a function that stops the timer and waits for the fold in progress. */
export function startFolding(pool: Pool, logger: Logger): () => Promise<void> {
  const logError = createErrorLog(logger, 'could not sum up finished jobs; trying again', 60_000);
  let isStopped = false;
  const foldAll = async () => {
    while (!isStopped && (await foldJobs(pool)) === rowsPerFold);
  };
  const stop = repeat(foldAll, everyMs, logError);
  return () => {
    isStopped = true;
    return stop();
  };
}

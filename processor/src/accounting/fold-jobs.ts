/** Sums up jobs that are done by the hour, so that their rows need not stay: they are known by their ranges from then on. */
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import { inTransaction, type Pool } from '@millrace/shared/platform/postgres';

/** One at a time over all processors: the next one has to see the ranges of the last. */
const takeTurn = `/* processor.takeFoldingTurn */ select pg_try_advisory_xact_lock(hashtextextended('millrace.fold-jobs', 0)) as "isMine"`;

/** Jobs whose ids tell nothing have no ranges, so that their rows stay for as long as the queue may hand them out again. */
const mostRows = 20_000;

/**
 * A row of a job that is in the ranges already was written when the queue handed it out again: its events are counted, and of those that
 * were stored and set aside then only what was new is in the row.
 */
const fold = `/* processor.foldJobs */
with folded as (
  delete from accounted_jobs where (process, seq) in (
    select process, seq from accounted_jobs
    where is_done and (process <> 0 or hour < now() - interval '7 days') order by process, seq limit ${mostRows})
  returning process, seq, hour, events, stored, dead_lettered
), known as (
  select folded.*, coalesce(seq <@ done, false) as is_known from folded left join accounted_ranges using (process)
), sums as (
  insert into event_accounts (process, hour, jobs, processed, stored, dead_lettered)
  select process, hour, count(*) filter (where not is_known), coalesce(sum(events) filter (where not is_known), 0),
    sum(stored), sum(dead_lettered)
  from known group by process, hour order by process, hour
  on conflict (process, hour) do update set jobs = event_accounts.jobs + excluded.jobs,
    processed = event_accounts.processed + excluded.processed, stored = event_accounts.stored + excluded.stored,
    dead_lettered = event_accounts.dead_lettered + excluded.dead_lettered
), ranges as (
  insert into accounted_ranges (process, done)
  select process, range_agg(int8range(seq, seq, '[]')) from known where process <> 0 group by process order by process
  on conflict (process) do update set done = accounted_ranges.done + excluded.done
)
select count(*)::int as rows from folded`;

/** Returns how many rows were folded: fewer than could be where there are many, or another processor is at it. */
export async function foldJobs(pool: Pool): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows: turn } = await client.query<{ isMine: boolean }>(takeTurn);
    if (!turn[0]!.isMine) return 0;
    const { rows } = await client.query<{ rows: number }>(fold);
    return rows[0]!.rows;
  });
}

const everyMs = 10_000;

/** Returns the function that ends it, and waits for what is under way. */
export function keepFolded(pool: Pool, logger: Logger): () => Promise<void> {
  const logError = createErrorLog(logger, 'could not sum up jobs that are done; trying again', 60_000);
  let isStopped = false;
  let folding: Promise<void> | undefined;
  const foldAll = async () => {
    while (!isStopped && (await foldJobs(pool)) === mostRows);
  };
  const timer = setInterval(() => {
    folding ??= foldAll()
      .catch(logError)
      .finally(() => {
        folding = undefined;
      });
  }, everyMs);
  return async () => {
    isStopped = true;
    clearInterval(timer);
    await folding;
  };
}

/** Runs each warming job only once at a time across all replicas, and records the results in table cache_jobs. */
import { randomUUID } from 'node:crypto';
import type { Pool } from '@millrace/shared/platform/postgres';

/** The claim of a process that died expires after this time. */
const claimTimes = { ms: 30_000, renewMs: 10_000 };

const claim = `/* reporting.claimRun */
insert into cache_jobs (id, holder, started_at, running_until) values ($1, $2, now(), now() + $3 * interval '1 ms')
on conflict (id) do update set holder = excluded.holder, started_at = excluded.started_at, running_until = excluded.running_until
where cache_jobs.running_until is null or cache_jobs.running_until < excluded.started_at
returning last_site as "lastSite"`;

const renew = `/* reporting.renewRun */
update cache_jobs set running_until = now() + $3 * interval '1 ms' where id = $1 and holder = $2`;

const finish = `/* reporting.finishRun */
update cache_jobs set holder = null, running_until = null, last_run = started_at, duration_ms = $3::int, error = $4, runs = runs + 1,
  failures = failures + $5, total_ms = total_ms + $3::int, last_site = $6
where id = $1 and holder = $2`;

export interface RunOutcome {
  /** Where the next run continues; null: at the start. */
  lastSite: string | null;
  /** Why the run failed after getting that far. */
  error?: Error;
}

/** `lastSite`: where the last run ended. */
export type RunWork = (lastSite: string | null) => Promise<RunOutcome>;

/** False if the job is already running in some process. @throws what `work` throws or reports, after recording it. */
export async function runJob(pool: Pool, id: string, work: RunWork): Promise<boolean> {
  const holder = randomUUID();
  const { rows } = await pool.query<{ lastSite: string | null }>(claim, [id, holder, claimTimes.ms]);
  if (!rows[0]) return false;
  const before = rows[0].lastSite;
  const renewing = setInterval(
    () => void pool.query(renew, [id, holder, claimTimes.ms]).catch(() => {}),
    claimTimes.renewMs,
  );
  const startedAt = performance.now();
  try {
    const { lastSite, error } = await work(before).catch((error: Error): RunOutcome => ({ lastSite: before, error }));
    const ms = Math.round(performance.now() - startedAt);
    await pool.query(finish, [id, holder, ms, error?.message ?? null, error ? 1 : 0, lastSite]);
    if (error) throw error;
    return true;
  } finally {
    clearInterval(renewing);
  }
}

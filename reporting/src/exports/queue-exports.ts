import type { Pool } from '@millrace/shared/platform/postgres';
import { addJob } from '@millrace/shared/queue/add-job';
import type { Queue } from '@millrace/shared/queue/queue';

/** Derived from the export, so adding its job again has no effect. */
const jobIdOf = (exportId: string) => `export-${exportId}`;

export const addExportJob = (queue: Queue, exportId: string): Promise<void> =>
  addJob(queue, 'export', { exportId }, { jobId: jobIdOf(exportId) });

/** Saves the queue the job of a deleted export. A job that is running stays. */
export async function removeExportJob(queue: Queue, exportId: string): Promise<void> {
  const job = await queue.getJob(jobIdOf(exportId));
  if (job && (await job.getState()) !== 'active') await job.remove();
}

/** Longer than it takes to add the job of a new row, or to restart the job of a dead worker. */
const graceTimes = { pendingSeconds: 30, processingSeconds: 120 };
const batchSize = 100;

const stalledExports = `/* reporting.silentExports */
select site_id as "siteId", id from exports where status in ('pending', 'processing')
  and touched_at < now() - case status when 'pending' then $1::int else $2::int end * interval '1 second'
order by touched_at limit $3`;

const touch = `/* reporting.touchSilentExport */
update exports set touched_at = now() where site_id = $1 and id = $2 and status in ('pending', 'processing')`;

/** States of jobs that will still run. */
const unfinishedStates = ['waiting', 'active', 'delayed', 'prioritized', 'waiting-children', 'paused'];

/** Adds the jobs of unfinished exports whose job is gone or has ended. Returns how many. */
export async function addMissingJobs(pool: Pool, queue: Queue): Promise<number> {
  const { pendingSeconds, processingSeconds } = graceTimes;
  const { rows } = await pool.query<{ siteId: string; id: string }>(stalledExports, [
    pendingSeconds,
    processingSeconds,
    batchSize,
  ]);
  let added = 0;
  for (const { siteId, id } of rows) {
    const job = await queue.getJob(jobIdOf(id));
    const state = await job?.getState();
    if (state === undefined || !unfinishedStates.includes(state)) {
      await job?.remove();
      await addExportJob(queue, id);
      added += 1;
    }
    // Keeps the next run from checking it again.
    await pool.query(touch, [siteId, id]);
  }
  return added;
}

/** Adds the jobs that write exports, and adds those again that went missing. */

import type { Pool } from '@millrace/shared/platform/postgres';
import { addJob } from '@millrace/shared/queue/add-job';
import type { Queue } from '@millrace/shared/queue/queue';

/** The same job however often it is added. */
const jobIdOf = (exportId: string) => `export-${exportId}`;

export const addExportJob = (queue: Queue, exportId: string): Promise<void> =>
  addJob(queue, 'export', { exportId }, { jobId: jobIdOf(exportId) });

/** Of an export that is deleted: its job would take a turn from others, to find out that there is nothing to do. One that is worked on stays. */
export async function removeExportJob(queue: Queue, exportId: string): Promise<void> {
  const job = await queue.getJob(jobIdOf(exportId));
  if (job && (await job.getState()) !== 'active') await job.remove();
}

/** Longer than a service needs from the row to its job, or a queue to hand the job of a dead worker out again. */
const patience = { pendingSeconds: 30, processingSeconds: 120 };
const mostAtOnce = 100;

const silent = `/* reporting.silentExports */
select site_id as "siteId", id from exports where status in ('pending', 'processing')
  and touched_at < now() - case status when 'pending' then $1::int else $2::int end * interval '1 second'
order by touched_at limit $3`;

const touch = `/* reporting.touchSilentExport */
update exports set touched_at = now() where site_id = $1 and id = $2 and status in ('pending', 'processing')`;

/** States in which a job still comes to be worked on. */
const living = ['waiting', 'active', 'delayed', 'prioritized', 'waiting-children', 'paused'];

/** Jobs for exports that nothing works on: added again where their job is gone, or has ended without them. Returns how many. */
export async function addMissingJobs(pool: Pool, queue: Queue): Promise<number> {
  const { pendingSeconds, processingSeconds } = patience;
  const { rows } = await pool.query<{ siteId: string; id: string }>(silent, [
    pendingSeconds,
    processingSeconds,
    mostAtOnce,
  ]);
  let added = 0;
  for (const { siteId, id } of rows) {
    const job = await queue.getJob(jobIdOf(id));
    const state = await job?.getState();
    if (state === undefined || !living.includes(state)) {
      await job?.remove();
      await addExportJob(queue, id);
      added += 1;
    }
    // Not to be looked at again the next minute.
    await pool.query(touch, [siteId, id]);
  }
  return added;
}

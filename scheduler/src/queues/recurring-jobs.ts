/** Turns a queue into what is added to it again and again. */
import type { Pool } from '@millrace/shared/postgres';
import type { Queue } from '@millrace/shared/queue';

const statement = `/* scheduler.recurringJobs */
select id, name, job, cron, timezone, data, enabled, built_in from schedules where queue = $1 order by name, id`;

const maxListed = 1_000;

/** Its schedules, and job schedulers that somebody made with BullMQ itself. */
export async function recurringJobs(
  pool: Pool,
  queue: Queue,
): Promise<{ schedules: object[]; job_schedulers: object[] }> {
  const [{ rows }, jobSchedulers] = await Promise.all([
    pool.query<object>(statement, [queue.name]),
    queue.getJobSchedulers(0, maxListed - 1, true),
  ]);
  return { schedules: rows, job_schedulers: jobSchedulers };
}

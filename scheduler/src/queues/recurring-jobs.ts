import type { Pool } from '@millrace/shared/platform/postgres';
import type { Queue } from '@millrace/shared/queue/queue';

const statement = `/* scheduler.recurringJobs */
select s.id, s.name, coalesce(t.job, s.job) as job, s.cron, s.timezone, s.data, s.template_id as template, s.enabled, s.built_in
from schedules as s left join job_templates as t on t.id = s.template_id
where coalesce(t.queue, s.queue) = $1 order by s.name, s.id`;

const maxListed = 1_000;

/** The schedules of a queue, and job schedulers created directly with BullMQ. */
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

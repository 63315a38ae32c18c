/** Notes what became of the events of jobs, in the statement that decides it, so that neither is there without the other. */
import type { JobAccount } from '@millrace/shared/contract/job-account';
import type { Pool } from '@millrace/shared/platform/postgres';

/** A row of its own for each job: no two processors wait for each other but for the same job. What runs twice adds only what is new. */
const whereKnown = `on conflict (process, seq) do update set stored = accounted_jobs.stored + excluded.stored,
    dead_lettered = accounted_jobs.dead_lettered + excluded.dead_lettered,
    is_done = accounted_jobs.is_done or excluded.is_done`;

interface Counted {
  stored?: string;
  deadLettered?: string;
}

/**
 * A statement that notes jobs, all of one hour, with what was `stored` and set aside now, as SQL. The first of them stands for all: they are
 * summed up by the hour. Its parameters are those of {@link accountValues}, from number `first` on.
 */
export const accountSql = ({ stored = '0', deadLettered = '0' }: Counted, first: number): string =>
  `insert into accounted_jobs (process, seq, hour, events, stored, dead_lettered, is_done)
  select process, seq, hour, events, case when place = 1 then ${stored} else 0 end,
    case when place = 1 then ${deadLettered} else 0 end, $${first + 4}::boolean
  from unnest($${first}::bigint[], $${first + 1}::bigint[], $${first + 2}::timestamptz[], $${first + 3}::integer[])
    with ordinality as job (process, seq, hour, events, place)
  order by process, seq
  ${whereKnown}`;

/** Jobs whose events a statement decides about, and whether nothing of them is left to decide then. */
export interface Accounts {
  jobs: JobAccount[];
  areDone: boolean;
}

/** A job that was handed out again while it still ran here is in a group twice. */
export function accountValues({ jobs, areDone }: Accounts): unknown[] {
  const each = [...new Map(jobs.map((job) => [`${job.process} ${job.seq}`, job])).values()];
  return [
    each.map(({ process }) => process),
    each.map(({ seq }) => seq),
    each.map(({ hour }) => hour),
    each.map(({ events }) => events),
    areDone,
  ];
}

/** Of a job that was stored and set aside piece by piece: that this is all. */
export async function finishJob(pool: Pool, job: JobAccount): Promise<void> {
  await pool.query(`/* processor.finishJob */ ${accountSql({}, 1)}`, accountValues({ jobs: [job], areDone: true }));
}

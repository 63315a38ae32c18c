/** Records the outcome of jobs in the same statement that stores or dead-letters their events, so the two cannot diverge. */
import type { JobAccount } from '@millrace/shared/contract/job-account';
import type { Pool } from '@millrace/shared/platform/postgres';

/** One row per job, so processors wait for each other only on the same job. A repeated job adds only what is new. */
const onRepeat = `on conflict (process, seq) do update set stored = accounted_jobs.stored + excluded.stored,
    dead_lettered = accounted_jobs.dead_lettered + excluded.dead_lettered,
    is_done = accounted_jobs.is_done or excluded.is_done`;

interface OutcomeSql {
  stored?: string;
  deadLettered?: string;
}

/**
 * SQL that records jobs of the same hour. `stored` and `deadLettered` are SQL expressions for the whole group; the first job
 * carries both, as jobs are summed up by hour anyway. Takes the parameters of {@link accountValues} from number `first` on.
 */
export const accountSql = ({ stored = '0', deadLettered = '0' }: OutcomeSql, first: number): string =>
  `insert into accounted_jobs (process, seq, hour, events, stored, dead_lettered, is_done)
  select process, seq, hour, events, case when place = 1 then ${stored} else 0 end,
    case when place = 1 then ${deadLettered} else 0 end, $${first + 4}::boolean
  from unnest($${first}::bigint[], $${first + 1}::bigint[], $${first + 2}::timestamptz[], $${first + 3}::integer[])
    with ordinality as job (process, seq, hour, events, place)
  order by process, seq
  ${onRepeat}`;

/** The jobs of a statement, and whether it finishes them. */
export interface Accounts {
  jobs: JobAccount[];
  areDone: boolean;
}

/** Deduplicated: a job that was redelivered while still running here is in a group twice. */
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

/** Marks a job as finished that was stored in several statements. */
export async function finishJob(pool: Pool, job: JobAccount): Promise<void> {
  await pool.query(`/* processor.finishJob */ ${accountSql({}, 1)}`, accountValues({ jobs: [job], areDone: true }));
}

/** Rows of table schedules. */
import type { Pool } from '@millrace/shared/postgres';

/** Which slots that passed while nobody ran are made up for: none, the newest, or all of the last 24 hours. */
export const catchUps = ['none', 'newest', 'all'] as const;
export type CatchUp = (typeof catchUps)[number];

export interface ScheduleRow {
  id: string;
  name: string;
  queue: string;
  job: string;
  cron: string;
  timezone: string;
  data: Record<string, unknown>;
  enabled: boolean;
  catchUp: CatchUp;
  builtIn: boolean;
  /** Of the release that wrote the row of a built-in task; 0 for all others. */
  taskVersion: number;
  createdAt: Date;
  updatedAt: Date;
  /** Slots up to here are nobody's business. */
  knownSince: Date;
}

/** What a user decides of a schedule. */
export type ScheduleFields = Pick<
  ScheduleRow,
  'name' | 'queue' | 'job' | 'cron' | 'timezone' | 'data' | 'enabled' | 'catchUp'
>;

const columns = `id, name, queue, job, cron, timezone, data, enabled, catch_up as "catchUp", built_in as "builtIn",
  task_version as "taskVersion",
  created_at as "createdAt", updated_at as "updatedAt", known_since as "knownSince"`;

export async function readSchedules(pool: Pool): Promise<ScheduleRow[]> {
  const { rows } = await pool.query<ScheduleRow>(
    `/* scheduler.readSchedules */ select ${columns} from schedules order by built_in desc, name, id`,
  );
  return rows;
}

export async function readSchedule(pool: Pool, id: string): Promise<ScheduleRow | undefined> {
  const { rows } = await pool.query<ScheduleRow>(
    `/* scheduler.readSchedule */ select ${columns} from schedules where id = $1`,
    [id],
  );
  return rows[0];
}

/** A text that differs whenever any schedule was made, changed or deleted. */
export async function schedulesVersion(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ version: string }>(
    `/* scheduler.schedulesVersion */ select count(*) || ' ' ||
      coalesce(sum(hashtextextended(id || extract(epoch from updated_at), 0)), 0) as version from schedules`,
  );
  return rows[0]!.version;
}

export async function insertSchedule(pool: Pool, id: string, fields: ScheduleFields): Promise<ScheduleRow> {
  const { rows } = await pool.query<ScheduleRow>(
    `/* scheduler.insertSchedule */ insert into schedules (id, name, queue, job, cron, timezone, data, enabled, catch_up)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${columns}`,
    [id, ...valuesOf(fields)],
  );
  return rows[0]!;
}

/** Slots before the change do not count where it moves them. Undefined when the schedule is gone. */
export async function updateSchedule(pool: Pool, id: string, fields: ScheduleFields): Promise<ScheduleRow | undefined> {
  const { rows } = await pool.query<ScheduleRow>(
    `/* scheduler.updateSchedule */ update schedules set name = $2, queue = $3, job = $4, cron = $5, timezone = $6, data = $7,
      enabled = $8, catch_up = $9, updated_at = clock_timestamp(),
      known_since = case when cron = $5 and timezone = $6 and enabled then known_since else clock_timestamp() end
    where id = $1 returning ${columns}`,
    [id, ...valuesOf(fields)],
  );
  return rows[0];
}

const valuesOf = (fields: ScheduleFields) => [
  fields.name,
  fields.queue,
  fields.job,
  fields.cron,
  fields.timezone,
  JSON.stringify(fields.data),
  fields.enabled,
  fields.catchUp,
];

export async function deleteSchedule(pool: Pool, id: string): Promise<void> {
  await pool.query('/* scheduler.deleteSchedule */ delete from schedules where id = $1 and not built_in', [id]);
}

/**
 * Notes until when the slots of schedules are settled, so that they stay so when their runs are cleaned up; at most once an hour
 * each. Never past the clock of the database: a replica may be ahead.
 */
export async function settleSchedules(pool: Pool, settled: { id: string; until: Date }[]): Promise<void> {
  await pool.query(
    `/* scheduler.settleSchedules */ update schedules set known_since = least(until, now())
    from unnest($1::text[], $2::timestamptz[]) as settled(settled_id, until)
    where id = settled_id and enabled and known_since < least(until, now()) - interval '1 hour'`,
    [settled.map(({ id }) => id), settled.map(({ until }) => until)],
  );
}

const upsertTasks = `/* scheduler.upsertTasks */
with task as (
  select * from json_to_recordset($1::json) as task(name text, queue text, job text, cron text, catch_up text)
), gone as (
  delete from schedules where built_in and id = any($4::text[]) and task_version <= $3
)
insert into schedules (id, name, queue, job, cron, timezone, catch_up, built_in, task_version)
select name, name, queue, job, cron, $2, catch_up, true, $3 from task order by name
on conflict (id) do update set queue = excluded.queue, job = excluded.job, cron = excluded.cron,
  timezone = excluded.timezone, catch_up = excluded.catch_up, task_version = excluded.task_version, updated_at = excluded.updated_at,
  known_since = excluded.known_since
where schedules.task_version <= excluded.task_version
  and (schedules.queue, schedules.job, schedules.cron, schedules.timezone, schedules.catch_up)
  is distinct from (excluded.queue, excluded.job, excluded.cron, excluded.timezone, excluded.catch_up)`;

export interface TaskRow {
  name: string;
  queue: string;
  job: string;
  cron: string;
  catchUp: CatchUp;
}

/** The built-in tasks of a release. */
export interface TaskTable {
  tasks: readonly TaskRow[];
  /** Rows of a higher version belong to a newer release, and stay as they are. */
  version: number;
  /** Names of tasks that are no more. */
  removed: readonly string[];
}

/** Brings the rows of built-in tasks in line with the code; whether they are enabled is the user's. */
export async function writeTasks(pool: Pool, { tasks, version, removed }: TaskTable, timezone: string): Promise<void> {
  const rows = tasks.map(({ name, queue, job, cron, catchUp }) => ({ name, queue, job, cron, catch_up: catchUp }));
  await pool.query(upsertTasks, [JSON.stringify(rows), timezone, version, removed]);
}

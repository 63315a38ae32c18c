import type { Pool } from '@millrace/shared/platform/postgres';
import type { TemplateFields } from '../job-templates/template-rows.js';

/** Which slots missed during downtime are caught up: none, the newest, or all of the last 24 hours. */
export const catchUps = ['none', 'newest', 'all'] as const;
export type CatchUp = (typeof catchUps)[number];

export interface ScheduleRow {
  id: string;
  name: string;
  /** Taken from the template if there is one, like `job`. */
  queue: string;
  job: string;
  cron: string;
  timezone: string;
  /** The job data, or `params` and `site_id` of its template. */
  data: Record<string, unknown>;
  templateId: string | null;
  template: Pick<TemplateFields, 'data' | 'params' | 'options'> | null;
  enabled: boolean;
  catchUp: CatchUp;
  builtIn: boolean;
  /** taskVersion of the release that wrote a built-in task; 0 for others. */
  taskVersion: number;
  createdAt: Date;
  updatedAt: Date;
  /** Slots up to this time are ignored. */
  knownSince: Date;
}

/** The fields that users set. */
export type ScheduleFields = Pick<
  ScheduleRow,
  'name' | 'queue' | 'job' | 'cron' | 'timezone' | 'data' | 'templateId' | 'enabled' | 'catchUp'
>;

const columns = `s.id, s.name, coalesce(t.queue, s.queue) as queue, coalesce(t.job, s.job) as job, s.cron, s.timezone, s.data,
  s.template_id as "templateId",
  case when t.id is not null then json_build_object('data', t.data, 'params', t.params, 'options', t.options) end as template,
  s.enabled, s.catch_up as "catchUp", s.built_in as "builtIn", s.task_version as "taskVersion",
  s.created_at as "createdAt", s.updated_at as "updatedAt", s.known_since as "knownSince"`;
const withTemplates = 'as s left join job_templates as t on t.id = s.template_id';

export async function readSchedules(pool: Pool): Promise<ScheduleRow[]> {
  const { rows } = await pool.query<ScheduleRow>(
    `/* scheduler.readSchedules */ select ${columns} from schedules ${withTemplates} order by s.built_in desc, s.name, s.id`,
  );
  return rows;
}

export async function readSchedule(pool: Pool, id: string): Promise<ScheduleRow | undefined> {
  const { rows } = await pool.query<ScheduleRow>(
    `/* scheduler.readSchedule */ select ${columns} from schedules ${withTemplates} where s.id = $1`,
    [id],
  );
  return rows[0];
}

/** Changes whenever a schedule is created, changed or deleted. */
export async function schedulesVersion(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ version: string }>(
    `/* scheduler.schedulesVersion */ select count(*) || ' ' ||
      coalesce(sum(hashtextextended(id || extract(epoch from updated_at), 0)), 0) as version from schedules`,
  );
  return rows[0]!.version;
}

export async function insertSchedule(pool: Pool, id: string, fields: ScheduleFields): Promise<ScheduleRow> {
  const { rows } = await pool.query<ScheduleRow>(
    `/* scheduler.insertSchedule */
    with made as (
      insert into schedules (id, name, queue, job, cron, timezone, data, enabled, catch_up, template_id)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning *
    )
    select ${columns} from made ${withTemplates}`,
    [id, ...valuesOf(fields)],
  );
  return rows[0]!;
}

/** If the change moves slots, earlier ones are ignored. Undefined if the schedule is gone. */
export async function updateSchedule(pool: Pool, id: string, fields: ScheduleFields): Promise<ScheduleRow | undefined> {
  const { rows } = await pool.query<ScheduleRow>(
    `/* scheduler.updateSchedule */
    with changed as (
      update schedules set name = $2, queue = $3, job = $4, cron = $5, timezone = $6, data = $7,
        enabled = $8, catch_up = $9, template_id = $10, updated_at = clock_timestamp(),
        known_since = case when cron = $5 and timezone = $6 and enabled then known_since else clock_timestamp() end
      where id = $1 returning *
    )
    select ${columns} from changed ${withTemplates}`,
    [id, ...valuesOf(fields)],
  );
  return rows[0];
}

/** Stored as the queue name: releases without templates do not have such a queue and so ignore the schedule. */
const templateQueue = 'job-template';

const valuesOf = (fields: ScheduleFields) => [
  fields.name,
  ...(fields.templateId === null ? [fields.queue, fields.job] : [templateQueue, fields.templateId]),
  fields.cron,
  fields.timezone,
  JSON.stringify(fields.data),
  fields.enabled,
  fields.catchUp,
  fields.templateId,
];

export async function deleteSchedule(pool: Pool, id: string): Promise<void> {
  await pool.query('/* scheduler.deleteSchedule */ delete from schedules where id = $1 and not built_in', [id]);
}

/**
 * Saves the time up to which slots need no catch-up, which must survive the cleanup of runs; at most once an hour per schedule.
 * Capped at the clock of the database, as a replica's clock may be ahead.
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

interface TaskRow {
  name: string;
  queue: string;
  job: string;
  cron: string;
  catchUp: CatchUp;
}

export interface TaskTable {
  tasks: readonly TaskRow[];
  /** Rows with a higher version belong to a newer release and are left alone. */
  version: number;
  /** Names of removed tasks. */
  removed: readonly string[];
}

/** Updates the rows of built-in tasks to match the code, except whether they are enabled. */
export async function writeTasks(pool: Pool, { tasks, version, removed }: TaskTable, timezone: string): Promise<void> {
  const rows = tasks.map(({ name, queue, job, cron, catchUp }) => ({ name, queue, job, cron, catch_up: catchUp }));
  await pool.query(upsertTasks, [JSON.stringify(rows), timezone, version, removed]);
}

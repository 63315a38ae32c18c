import { hasSqlState, type Pool } from '@millrace/shared/platform/postgres';
import type { TemplateData } from './fill-template.js';

/** The fields that users set. */
export interface TemplateFields extends TemplateData {
  name: string;
  description: string | null;
  /** `delay` in milliseconds. */
  options: { priority?: number; delay?: number };
}

export interface JobTemplate extends TemplateFields {
  id: string;
  createdAt: Date;
  updatedAt: Date;
}

const columns = `id, name, description, queue, job, data, params, options, created_at as "createdAt", updated_at as "updatedAt"`;

export async function readTemplates(pool: Pool): Promise<JobTemplate[]> {
  const { rows } = await pool.query<JobTemplate>(
    `/* scheduler.readTemplates */ select ${columns} from job_templates order by name, id`,
  );
  return rows;
}

export async function readTemplate(pool: Pool, id: string): Promise<JobTemplate | undefined> {
  const { rows } = await pool.query<JobTemplate>(
    `/* scheduler.readTemplate */ select ${columns} from job_templates where id = $1`,
    [id],
  );
  return rows[0];
}

const valuesOf = ({ name, description, queue, job, data, params, options }: TemplateFields) => [
  ...[name, description, queue, job],
  ...[JSON.stringify(data), JSON.stringify(params), JSON.stringify(options)],
];

/** Undefined if the id is taken. */
export async function insertTemplate(pool: Pool, id: string, fields: TemplateFields): Promise<JobTemplate | undefined> {
  const { rows } = await pool.query<JobTemplate>(
    `/* scheduler.insertTemplate */
    insert into job_templates (id, name, description, queue, job, data, params, options)
    values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning ${columns}`,
    [id, ...valuesOf(fields)],
  );
  return rows[0];
}

/** Also touches its schedules, so that every replica reloads them. Undefined if the template is gone. */
export async function updateTemplate(pool: Pool, id: string, fields: TemplateFields): Promise<JobTemplate | undefined> {
  const { rows } = await pool.query<JobTemplate>(
    `/* scheduler.updateTemplate */
    with touched as (update schedules set updated_at = clock_timestamp() where template_id = $1)
    update job_templates set name = $2, description = $3, queue = $4, job = $5, data = $6, params = $7, options = $8,
      updated_at = clock_timestamp()
    where id = $1 returning ${columns}`,
    [id, ...valuesOf(fields)],
  );
  return rows[0];
}

/** SQLSTATE of a violated foreign key, on either side. */
export const foreignKeyViolation = '23503';

/** False if a schedule uses it. */
export async function deleteTemplate(pool: Pool, id: string): Promise<boolean> {
  try {
    await pool.query('/* scheduler.deleteTemplate */ delete from job_templates where id = $1', [id]);
    return true;
  } catch (error) {
    if (hasSqlState(error, foreignKeyViolation)) return false;
    throw error;
  }
}

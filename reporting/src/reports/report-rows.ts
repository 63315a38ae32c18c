import { randomUUID } from 'node:crypto';
import { ServiceError } from '@millrace/shared/platform/errors';
import { parseExactJson, stringifyExactJson } from '@millrace/shared/platform/exact-json';
import type { Pool } from '@millrace/shared/platform/postgres';
import { createdExactly, type PageCursor, writePageCursor } from '../exports/page-cursor.js';
import type { Report, ReportSpec, ReportStatus } from './report.js';

/** Casts 64-bit integers, which pg returns as strings. */
const columns = `site_id as "siteId", id, template_id as "templateId", slot, job_id as "jobId", job_added_at as "jobAddedAt", title, dataset, params::text as params, format,
  include_metadata as "includeMetadata", to_char(first_day, 'YYYY-MM-DD') as "firstDay", to_char(last_day, 'YYYY-MM-DD') as "lastDay",
  timezone, recipients, webhook, secret, output_name as "outputName", status, begins, origin, resends, revision, revised, data_version as "dataVersion",
  key_figures as "keyFigures", changes, store, file, bytes::float8 as bytes, row_count::float8 as "rowCount", checksum, error,
  created_at as "createdAt", generated_at as "generatedAt"`;

const toReport = (row: Report & { params: unknown }): Report => ({
  ...row,
  params: parseExactJson(String(row.params)) as Report['params'],
});

export const unknownReport = () => new ServiceError('not_found', 'There is no report with this id.');

/** Limited to the site `only`, unless it is null. */
export async function findReport(pool: Pick<Pool, 'query'>, id: string, only: string | null = null) {
  const { rows } = await pool.query(
    `/* reporting.findReport */ select ${columns} from reports where id = $1 and ($2::text is null or site_id = $2)`,
    [id, only],
  );
  return rows.length === 0 ? undefined : toReport(rows[0]);
}

/** The latest earlier revision that was written. Undefined if there is none. */
export async function findWrittenBefore(pool: Pool, { siteId, origin, revision }: Report): Promise<Report | undefined> {
  const { rows } = await pool.query(
    `/* reporting.findWrittenBefore */ select ${columns} from reports
      where site_id = $1 and origin = $2 and revision < $3 and status = 'generated' order by revision desc limit 1`,
    [siteId, origin, revision],
  );
  return rows.length === 0 ? undefined : toReport(rows[0]);
}

export interface ReportFilter {
  templateId?: string | undefined;
  status?: ReportStatus | undefined;
  siteId: string | null;
}

const matches = `($1::text is null or site_id = $1) and ($2::text is null or template_id = $2) and ($3::text is null or status = $3)`;

export interface ReportsPage {
  limit: number;
  offset: number;
  /** Lists reports older than this one. */
  after?: PageCursor | undefined;
}

/** Newest first. `next` is the `after` of the next page. */
export async function listReports(
  pool: Pool,
  { siteId, templateId, status }: ReportFilter,
  { limit, offset, after }: ReportsPage,
): Promise<{ reports: Report[]; total: number; next: string | undefined }> {
  const filter = [siteId, templateId, status];
  // One extra row shows whether there is another page.
  const { rows } = await pool.query(
    `/* reporting.listReports */ select ${columns}, ${createdExactly} from reports where ${matches}
      and ($6::timestamptz is null or (created_at, id) < ($6, $7::uuid)) order by created_at desc, id desc limit $4 offset $5`,
    [...filter, limit + 1, offset, after?.createdAt, after?.id],
  );
  const { rows: counted } = await pool.query<{ total: number }>(
    `/* reporting.countReports */ select count(*)::int as total from reports where ${matches}`,
    filter,
  );
  const page = rows.slice(0, limit);
  const next = rows.length > limit ? writePageCursor(page.at(-1)) : undefined;
  return { reports: page.map(toReport), total: counted[0]!.total, next };
}

/** `dueAt` is when its period is over. */
export interface NewReport extends ReportSpec {
  id: string;
  origin: string;
  dueAt: Date;
}

/** The first revision. */
export function newReport(spec: Omit<ReportSpec, 'revision'>, dueAt: Date): NewReport {
  const id = randomUUID();
  return { ...spec, revision: 1, id, origin: id, dueAt };
}

const insert = `/* reporting.insertReport */
insert into reports (site_id, id, template_id, slot, job_id, title, dataset, params, format, include_metadata, first_day, last_day, timezone,
  recipients, webhook, secret, output_name, origin, revision, due_at, job_added_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
on conflict do nothing`;

/** Returns false if the report of that slot, job or revision already exists. */
export async function insertReport(pool: Pick<Pool, 'query'>, report: NewReport): Promise<boolean> {
  const { rowCount } = await pool.query(insert, [
    ...[report.siteId, report.id, report.templateId, report.slot, report.jobId, report.title, report.dataset],
    ...[stringifyExactJson(report.params), report.format, report.includeMetadata, report.firstDay, report.lastDay],
    ...[report.timezone, JSON.stringify(report.recipients), report.webhook, report.secret, report.outputName],
    ...[report.origin, report.revision, report.dueAt, report.jobAddedAt],
  ]);
  return rowCount === 1;
}

const ofSlot = `/* reporting.reportsOfSlot */
select id from reports where template_id = $1 and slot = $2 and revision = 1 order by site_id`;

const ofJob = `/* reporting.reportsOfJob */
select id from reports where job_id = $1 and job_added_at = $2 and revision = 1 order by site_id`;

const adopt = `/* reporting.adoptReports */
update reports set job_added_at = $3 where site_id = $1 and job_id = $2 and job_added_at is null and created_at >= $3`;

/** Assigns reports from releases that did not store `job_added_at` to this job, unless they are older than it. */
export async function adoptReports(pool: Pool, siteId: string, jobId: string, addedAt: Date): Promise<void> {
  await pool.query(adopt, [siteId, jobId, addedAt]);
}

export async function reportsOfSlot(pool: Pool, templateId: string, slot: Date): Promise<string[]> {
  return (await pool.query<{ id: string }>(ofSlot, [templateId, slot])).rows.map(({ id }) => id);
}

export async function reportsOfJob(pool: Pool, jobId: string, addedAt: Date): Promise<string[]> {
  return (await pool.query<{ id: string }>(ofJob, [jobId, addedAt])).rows.map(({ id }) => id);
}

const recordProblem = `/* reporting.recordNameProblem */
update reports set error = $3 where site_id = $1 and id = $2 and status = 'generated' and error is distinct from $3`;

/** Saves why the file could not get the name that its job requested; null once it has it. */
export async function recordNameProblem(pool: Pool, { siteId, id }: Report, reason: string | null): Promise<void> {
  await pool.query(recordProblem, [siteId, id, reason]);
}

const end = `/* reporting.endReport */
update reports set done_at = now() where site_id = $1 and id = $2 and resends = $3`;

/** Marks a report as done, unless a resend was requested in the meantime. */
export async function endReport(pool: Pool, { siteId, id, resends }: Report): Promise<void> {
  await pool.query(end, [siteId, id, resends]);
}

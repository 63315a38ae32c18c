import { randomUUID } from 'node:crypto';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Report } from './report.js';
import { insertReport, type NewReport } from './report-rows.js';

const newest = `/* reporting.newestRevision */
select revision, status from reports where site_id = $1 and origin = $2 order by revision desc limit 1`;

const isOpen = () =>
  new ServiceError('conflict', 'This report is already being written. Issue it again once that is done.');

/**
 * Creates a new revision from the current events, for the same recipients. It lists what has changed. The file name requested by a job
 * stays with the first revision. @throws ServiceError `conflict` while the newest revision is not written yet.
 */
export async function reissueReport(pool: Pool, report: Report, now: Date): Promise<NewReport> {
  const { rows } = await pool.query<Pick<Report, 'revision' | 'status'>>(newest, [report.siteId, report.origin]);
  const { revision, status } = rows[0]!;
  if (status === 'pending' || status === 'generating') throw isOpen();
  const next: NewReport = { ...report, id: randomUUID(), revision: revision + 1, outputName: null, dueAt: now };
  // Another request has just created it.
  if (!(await insertReport(pool, next))) throw isOpen();
  return next;
}

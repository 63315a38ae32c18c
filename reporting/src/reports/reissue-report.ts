import { randomUUID } from 'node:crypto';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Report } from './report.js';
import { insertReport, type NewReport } from './report-rows.js';

const newest = `/* reporting.newestRevision */
select revision, status from reports where site_id = $1 and origin = $2 order by revision desc limit 1`;

const isOpen = () =>
  new ServiceError('conflict', 'This report is being written already. Issue it again once that is done.');

/**
 * Another revision of the report, of the events of now, to the same recipients. It says what it has otherwise than the one before.
 * The first keeps the name that its job wanted.
 * @throws ServiceError `conflict` while the newest revision is not written yet.
 */
export async function reissueReport(pool: Pool, report: Report, now: Date): Promise<NewReport> {
  const { rows } = await pool.query<Pick<Report, 'revision' | 'status'>>(newest, [report.siteId, report.origin]);
  const { revision, status } = rows[0]!;
  if (status === 'pending' || status === 'generating') throw isOpen();
  const next: NewReport = { ...report, id: randomUUID(), revision: revision + 1, outputName: null, dueAt: now };
  // Whoever was faster has made the same one.
  if (!(await insertReport(pool, next))) throw isOpen();
  return next;
}

/** Adds the jobs of reports. Each report is a row before it is a job, so losing the queue loses no report. */

import type { Pool } from '@millrace/shared/platform/postgres';
import { addFlow, type FlowPart } from '@millrace/shared/queue/add-flow';
import type { RetrySettings } from '@millrace/shared/queue/add-job';
import type { FlowsHandle } from '@millrace/shared/queue/queue';
import type { ReportStatus } from './report.js';

export interface QueueReportsDeps {
  pool: Pool;
  flows: FlowsHandle;
  retry: RetrySettings;
}

interface OpenReport {
  siteId: string;
  id: string;
  status: ReportStatus;
  resends: number;
}

const rowsPerCall = 100;

/**
 * Jobs are added again from time to time, in case Redis was emptied; the queue ignores those it still has. After a week a report is
 * given up.
 */
const open = `/* reporting.openReports */
select site_id as "siteId", id, status, resends from reports
where done_at is null and due_at <= now() and greatest(due_at, created_at) > now() - interval '7 days'
  and (queued_at is null or queued_at < now() - interval '15 minutes')
order by due_at limit ${rowsPerCall}`;

const mark = `/* reporting.markQueued */
update reports set queued_at = now() where site_id = $1 and id = $2`;

const reportJob = (job: string, { siteId, id }: OpenReport): FlowPart => ({
  queue: 'report-generation',
  job,
  data: { site_id: siteId, reportId: id },
  // The job handles a failed child itself.
  onChildFailure: 'ignore',
});

/** Aggregate, then write, then send; each step is retried on its own. */
function chainOf(report: OpenReport): FlowPart {
  const aggregate = { queue: 'site-aggregation', job: 'all', data: { site_id: report.siteId } };
  const write = { ...reportJob('site-report', report), children: [aggregate] };
  return { ...reportJob('deliver', report), children: [write] };
}

/** Adds the jobs of reports that are due and have none. Returns how many. */
export async function queueReports({ pool, flows, retry }: QueueReportsDeps): Promise<number> {
  const { rows } = await pool.query<OpenReport>(open);
  for (const report of rows) {
    const isResend = report.status === 'generated' && report.resends > 0;
    const id = isResend ? `report-${report.id}-${report.resends}` : `report-${report.id}`;
    await addFlow(flows.flows, id, isResend ? reportJob('deliver', report) : chainOf(report), retry);
    await pool.query(mark, [report.siteId, report.id]);
  }
  return rows.length;
}

/** Puts the jobs of reports into the queue: a report is a row first, so that none is lost with the queue or with who asked for it. */

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
 * Jobs that are in the queue already are left out when they are added again, as they are now and then: a queue on Redis may have
 * been emptied. After a week nobody waits any more.
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
  // It says itself what it makes of a part before it that has failed for good.
  onChildFailure: 'ignore',
});

/** Aggregate, then write, then send: each is retried alone. */
function chainOf(report: OpenReport): FlowPart {
  const aggregate = { queue: 'site-aggregation', job: 'all', data: { site_id: report.siteId } };
  const write = { ...reportJob('site-report', report), children: [aggregate] };
  return { ...reportJob('deliver', report), children: [write] };
}

/** Adds the jobs of reports that are due and have none; how many there were. */
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

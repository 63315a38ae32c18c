import { ServiceError } from '@millrace/shared/platform/errors';
import { inTransaction, type Pool } from '@millrace/shared/platform/postgres';
import { type Resend, requestResend } from '../delivery/resend-report.js';
import type { Report } from './report.js';
import type { Recipient } from './templates/template.js';

const again = `/* reporting.resendReport */
update reports set done_at = null, queued_at = null, due_at = now(), resends = resends + 1
where site_id = $1 and id = $2 and status = 'generated'`;

/** Queues a report to be sent again, to `recipients` or to those it had when it was created. @throws ServiceError `conflict` if it is not written. */
export async function resendReport(
  pool: Pool,
  report: Report,
  recipients: Recipient[] | undefined,
  now: Date,
): Promise<Resend> {
  if (report.status !== 'generated') {
    throw new ServiceError('conflict', `This report cannot be sent because it is ${report.status}.`);
  }
  const addresses = recipients?.map(({ address }) => address);
  // One transaction: open deliveries without a job would never be sent.
  return inTransaction(pool, async (client) => {
    await client.query(again, [report.siteId, report.id]);
    return requestResend(client, report.siteId, report.id, addresses, now);
  });
}

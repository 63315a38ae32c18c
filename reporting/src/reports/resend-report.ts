import { ServiceError } from '@millrace/shared/platform/errors';
import { inTransaction, type Pool } from '@millrace/shared/platform/postgres';
import { type Resend, requestResend } from '../delivery/resend-report.js';
import type { Report } from './report.js';
import type { Recipient } from './templates/template.js';

const again = `/* reporting.resendReport */
update reports set done_at = null, queued_at = null, due_at = now(), resends = resends + 1
where site_id = $1 and id = $2 and status = 'generated'`;

/** Has a report sent once more, to everybody or to `recipients`, by a job. Everybody is who was a recipient when it was ordered. @throws ServiceError `conflict` for one that is not written. */
export async function resendReport(
  pool: Pool,
  report: Report,
  recipients: Recipient[] | undefined,
  now: Date,
): Promise<Resend> {
  if (report.status !== 'generated') {
    throw new ServiceError('conflict', `This report cannot be sent: it is ${report.status}.`);
  }
  const addresses = recipients?.map(({ address }) => address);
  // Deliveries that are open and have no job would wait for ever.
  return inTransaction(pool, async (client) => {
    await client.query(again, [report.siteId, report.id]);
    return requestResend(client, report.siteId, report.id, addresses, now);
  });
}

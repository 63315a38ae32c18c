/** Delivering a report to one of its recipients. */
import { createHash } from 'node:crypto';
import { messageId } from '@millrace/shared/outbound/open-mailer';
import { SendError, type SendOutcome } from '@millrace/shared/outbound/send-error';
import { isAddress } from './address.js';
import { claimDelivery, type DeliveryOutcome, type OpenRow, settleDelivery } from './ledger.js';
import { type NotingDeps, noteOutcome } from './note-outcome.js';
import { type Sending, sendMessage } from './send-message.js';

/** What passes is tried so often, then it counts as failed. */
const mostAttempts = 8;

/** Whoever knows the report and the recipient knows the id; a resend has another, or mail programs would hide it as a copy. */
function localId({ reportId, kind, recipient, resends }: OpenRow): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([kind, recipient]))
    .digest('hex')
    .slice(0, 16);
  return `${reportId}.${hash}${resends > 0 ? `.${resends}` : ''}`;
}

const withoutSmtp =
  'SMTP_URL is not set, so no mail was sent. Set SMTP_URL and MAIL_FROM, then have the report sent again.';

/** Why nothing is sent to a recipient, whoever tries. */
function refusalOf({ kind, recipient }: OpenRow, { mail, report }: Sending) {
  if (kind === 'webhook') return undefined;
  if (recipient === '') return { status: 'skipped', reason: 'The report has no recipients.' } as const;
  if (report.left.includes(recipient)) return { status: 'skipped', reason: 'The recipient unsubscribed.' } as const;
  if (!isAddress(recipient)) return { status: 'failed', reason: 'This is no valid address.' } as const;
  return mail ? undefined : ({ status: 'skipped', reason: withoutSmtp } as const);
}

const afterFailure = (outcome: SendOutcome, attempts: number): DeliveryOutcome['status'] => {
  if (outcome === 'unknown') return 'unknown';
  return outcome === 'refused' || attempts >= mostAttempts ? 'failed' : 'pending';
};

interface DeliverDeps extends NotingDeps {
  /** After which others count the attempt as lost. */
  lostAfterMs: number;
}

/** Claims a row, sends, and notes what came of it; whatever happens to one recipient is nothing to the others. */
export async function deliverOne(row: OpenRow, sending: Sending, deps: DeliverDeps): Promise<void> {
  const { pool, logger, clock, lostAfterMs } = deps;
  const refusal = refusalOf(row, sending);
  if (refusal) return settleDelivery(pool, row, refusal.status, refusal.reason, clock());
  const id = messageId(localId(row), sending.mail?.from ?? 'millrace');
  const claimedAt = clock();
  const claimed = await claimDelivery(pool, row, id, claimedAt);
  if (!claimed) return;
  const outcome = await sendMessage(sending, row, claimed.messageId, clock()).then(
    (): DeliveryOutcome => ({ status: 'sent', error: null }),
    (error: Error): DeliveryOutcome => {
      const known = error instanceof SendError ? error.outcome : 'retry';
      if (!(error instanceof SendError)) logger.error({ err: error, report: row.reportId }, 'a report cannot be sent');
      return { status: afterFailure(known, claimed.attempts), error: error.message.slice(0, 500) };
    },
  );
  const lostAt = new Date(claimedAt.getTime() + lostAfterMs);
  await noteOutcome(deps, row, { attempts: claimed.attempts, lostAt }, outcome);
}

import { createHash } from 'node:crypto';
import { messageId } from '@millrace/shared/outbound/open-mailer';
import { SendError, type SendOutcome } from '@millrace/shared/outbound/send-error';
import { isAddress } from './address.js';
import { claimDelivery, type DeliveryOutcome, type OpenRow, settleDelivery } from './ledger.js';
import { type RecordOutcomeDeps, recordOutcome } from './record-outcome.js';
import { type Sending, sendMessage } from './send-message.js';

/** After so many attempts a temporary failure becomes final. */
const maxAttempts = 8;

/** Derived from report and recipient, so every attempt has the same id. A resend gets a new one, because mail clients hide duplicates. */
function localId({ reportId, kind, recipient, resends }: OpenRow): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([kind, recipient]))
    .digest('hex')
    .slice(0, 16);
  return `${reportId}.${hash}${resends > 0 ? `.${resends}` : ''}`;
}

const withoutSmtp =
  'SMTP_URL is not set, so no email was sent. Set SMTP_URL and MAIL_FROM, then send the report again.';

/** Why nothing can be sent to a recipient. Undefined if it can. */
function refusalOf({ kind, recipient }: OpenRow, { mail, report }: Sending) {
  if (kind === 'webhook') return undefined;
  if (recipient === '') return { status: 'skipped', reason: 'The report has no recipients.' } as const;
  if (report.unsubscribed.includes(recipient))
    return { status: 'skipped', reason: 'The recipient unsubscribed.' } as const;
  if (!isAddress(recipient)) return { status: 'failed', reason: 'This is not a valid email address.' } as const;
  return mail ? undefined : ({ status: 'skipped', reason: withoutSmtp } as const);
}

const afterFailure = (outcome: SendOutcome, attempts: number): DeliveryOutcome['status'] => {
  if (outcome === 'unknown') return 'unknown';
  return outcome === 'refused' || attempts >= maxAttempts ? 'failed' : 'pending';
};

interface DeliverDeps extends RecordOutcomeDeps {
  /** After this time other processes count the attempt as lost. */
  lostAfterMs: number;
}

/** Claims a row, sends the message and records the outcome. A failure does not affect other recipients. */
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
      const sendOutcome = error instanceof SendError ? error.outcome : 'retry';
      if (!(error instanceof SendError)) logger.error({ err: error, report: row.reportId }, 'could not send a report');
      return { status: afterFailure(sendOutcome, claimed.attempts), error: error.message.slice(0, 500) };
    },
  );
  const lostAt = new Date(claimedAt.getTime() + lostAfterMs);
  await recordOutcome(deps, row, { attempts: claimed.attempts, lostAt }, outcome);
}

/** Turns the messages that are due into posts and mails, and what comes of each into when to try again. */
import { messageId, sendMail } from '@millrace/shared/outbound/open-mailer';
import type { OutboundSettings } from '@millrace/shared/outbound/outbound-settings';
import { postWebhook, type WebhookOptions } from '@millrace/shared/outbound/post-webhook';
import { signBody } from '@millrace/shared/outbound/sign-body';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type ClaimedDelivery, claimDeliveries } from './claim-deliveries.js';
import { mailOf } from './message-body.js';

export interface DeliveryDeps {
  pool: Pool;
  settings: OutboundSettings;
  clock: () => Date;
  /** For tests: what a webhook's certificate and name are checked with. */
  webhookOptions?: Omit<WebhookOptions, 'allowPrivate'>;
}

/** Eight attempts within about 42 minutes: after 20 s, 40 s ... 21 min. */
export const maxAttempts = 8;
export const retryDelayMs = (attempts: number) => 10_000 * 2 ** attempts;

/** A message that could be delivered twice, because a process died between sending and noting it, has the same id twice. */
async function send(delivery: ClaimedDelivery, { settings, clock, webhookOptions }: DeliveryDeps): Promise<void> {
  const { id, body, webhook, email, secret } = delivery;
  if (webhook !== null) {
    const headers = { 'millrace-delivery': id, 'millrace-signature': signBody(secret!, body, clock()) };
    return postWebhook(webhook, body, headers, { ...webhookOptions, allowPrivate: settings.allowPrivate });
  }
  if (!settings.mail) throw new Error('not sent: SMTP_URL is not set');
  const { mail } = settings;
  return sendMail(mail, {
    messageId: messageId(id, mail.from),
    to: { name: '', address: email! },
    ...mailOf(body),
  });
}

const noteDelivered = `/* scheduler.noteDelivered */
update alert_deliveries set delivered_at = $2, next_attempt_at = null, error = null where id = $1`;

const noteFailed = `/* scheduler.noteFailedDelivery */
update alert_deliveries set next_attempt_at = $2, error = $3 where id = $1`;

/** One attempt; returns why it failed. Tests of a rule are not repeated. */
export async function attemptDelivery(delivery: ClaimedDelivery, deps: DeliveryDeps): Promise<string | undefined> {
  const { id, attempts, event } = delivery;
  try {
    await send(delivery, deps);
  } catch (error) {
    const reason = (error as Error).message.slice(0, 500);
    const isLast = attempts >= maxAttempts || event === 'test';
    const nextAttemptAt = isLast ? null : new Date(deps.clock().getTime() + retryDelayMs(attempts));
    await deps.pool.query(noteFailed, [id, nextAttemptAt, reason]);
    return reason;
  }
  await deps.pool.query(noteDelivered, [id, deps.clock()]);
  return undefined;
}

export interface DeliveryOutcome {
  id: string;
  error: string | undefined;
}

/** Delivers what is due, side by side; a receiver that hangs keeps nobody else's messages back for long. */
export async function deliverMessages(deps: DeliveryDeps): Promise<DeliveryOutcome[]> {
  const claimed = await claimDeliveries(deps.pool, deps.clock());
  return Promise.all(
    claimed.map(async (delivery) => ({ id: delivery.id, error: await attemptDelivery(delivery, deps) })),
  );
}

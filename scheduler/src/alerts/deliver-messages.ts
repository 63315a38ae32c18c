import { messageId, sendMail } from '@millrace/shared/outbound/open-mailer';
import type { OutboundSettings } from '@millrace/shared/outbound/outbound-settings';
import { postWebhook, type WebhookOptions } from '@millrace/shared/outbound/post-webhook';
import { signBody } from '@millrace/shared/outbound/sign-body';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type ClaimedDelivery, claimDeliveries } from './deliveries-table.js';
import { mailOf } from './message-body.js';

export interface DeliveryDeps {
  pool: Pool;
  settings: OutboundSettings;
  clock: () => Date;
  /** For tests: how a webhook's certificate and host name are verified. */
  webhookOptions?: Omit<WebhookOptions, 'allowPrivate'>;
}

/** Eight attempts within about 42 minutes: retries after 20 s, 40 s ... 21 min. */
const maxAttempts = 8;
const retryDelayMs = (attempts: number) => 10_000 * 2 ** attempts;

/** Keeps the message id in every attempt: a message is sent twice if the process dies before recording the delivery. */
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

const markDelivered = `/* scheduler.markDelivered */
update alert_deliveries set delivered_at = $2, next_attempt_at = null, error = null where id = $1`;

const markFailed = `/* scheduler.markFailed */
update alert_deliveries set next_attempt_at = $2, error = $3 where id = $1`;

/** Makes one attempt and returns the reason if it failed. Test messages are not retried. */
export async function attemptDelivery(delivery: ClaimedDelivery, deps: DeliveryDeps): Promise<string | undefined> {
  const { id, attempts, event } = delivery;
  try {
    await send(delivery, deps);
  } catch (error) {
    const reason = (error as Error).message.slice(0, 500);
    const isLast = attempts >= maxAttempts || event === 'test';
    const nextAttemptAt = isLast ? null : new Date(deps.clock().getTime() + retryDelayMs(attempts));
    await deps.pool.query(markFailed, [id, nextAttemptAt, reason]);
    return reason;
  }
  await deps.pool.query(markDelivered, [id, deps.clock()]);
  return undefined;
}

export interface DeliveryOutcome {
  id: string;
  error: string | undefined;
}

/** Delivers due messages concurrently, so a hanging receiver does not hold up the others. */
export async function deliverMessages(deps: DeliveryDeps): Promise<DeliveryOutcome[]> {
  const claimed = await claimDeliveries(deps.pool, deps.clock());
  return Promise.all(
    claimed.map(async (delivery) => ({ id: delivery.id, error: await attemptDelivery(delivery, deps) })),
  );
}

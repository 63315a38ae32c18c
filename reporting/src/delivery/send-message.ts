import { oneLine } from '@millrace/shared/outbound/one-line';
import type { Mailer } from '@millrace/shared/outbound/open-mailer';
import { postWebhook, type WebhookOptions } from '@millrace/shared/outbound/post-webhook';
import { signBody } from '@millrace/shared/outbound/sign-body';
import { addressKey } from './address.js';
import type { DeliveryKey } from './ledger.js';
import { renderMail } from './render-mail.js';
import type { ReportFile } from './report-file.js';
import { type DownloadLink, type PublicLinks, unsubscribeLink } from './report-links.js';
import type { DeliverableReport } from './report-to-deliver.js';
import { webhookBody } from './webhook-body.js';

/** What all recipients of a report have in common. */
export interface Sending {
  report: DeliverableReport;
  /** Undefined: email is not configured, or there are only webhooks. */
  mail: { mailer: Mailer; from: string; file: ReportFile } | undefined;
  webhookOptions: WebhookOptions;
  /** Undefined if `PUBLIC_URL` is not set. */
  links: (PublicLinks & { download: DownloadLink }) | undefined;
}

/** Mail clients show an unsubscribe button for the first header. The second allows one-click unsubscribing by POST (RFC 8058). */
function listHeaders(unsubscribeUrl: string | undefined, from: string, title: string): Record<string, string> {
  const address =
    unsubscribeUrl ?? `mailto:${from}?subject=${encodeURIComponent(`Unsubscribe: ${oneLine(title, 60)}`)}`;
  return {
    'List-Unsubscribe': `<${address}>`,
    ...(unsubscribeUrl?.startsWith('https:') && { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
  };
}

async function sendMail(
  { report, mail, links }: Sending,
  { recipient }: DeliveryKey,
  id: string,
  now: Date,
): Promise<void> {
  const { mailer, from, file } = mail!;
  const { address, name = '' } = report.recipients.find((each) => addressKey(each.address) === recipient) ?? {
    address: recipient,
  };
  const unsubscribeUrl =
    links && report.templateId !== null ? await unsubscribeLink(links, report.templateId, recipient, now) : undefined;
  await mailer.send({
    ...renderMail(report, { address, file, unsubscribeUrl, from }),
    messageId: id,
    to: { name, address },
    headers: listHeaders(unsubscribeUrl, from, report.title),
    ...(file.kind === 'attached' && { attachment: { filename: file.filename, content: file.content } }),
  });
}

/** Sends a report to one recipient. `id` must be the same for every attempt. @throws SendError */
export function sendMessage(sending: Sending, key: DeliveryKey, id: string, now: Date): Promise<void> {
  if (key.kind === 'email') return sendMail(sending, key, id, now);
  const { report, webhookOptions, links } = sending;
  const body = webhookBody(report, links?.download.url);
  const headers = { 'millrace-delivery': id, 'millrace-signature': signBody(report.secret!, body, now) };
  return postWebhook(key.recipient, body, headers, webhookOptions);
}

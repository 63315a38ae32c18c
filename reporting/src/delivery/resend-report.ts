import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addressKey, isAddress } from './address.js';
import { type DeliveryDeps, type DeliveryResult, deliverReport } from './deliver-report.js';
import { type DeliveryKey, prepareDeliveries, resendDeliveries } from './ledger.js';
import { readUnsubscribed } from './unsubscribe.js';

export interface Resend {
  /** Number of deliveries, including the webhook. */
  recipients: number;
  /** Addresses that have unsubscribed. Each has a row that says so. */
  skipped: string[];
}

/** Adds rows for new recipients. */
async function prepareNew(
  pool: Pick<Pool, 'query'>,
  siteId: string,
  reportId: string,
  recipients: string[],
  now: Date,
): Promise<void> {
  const wrong = recipients.find((recipient) => !isAddress(recipient));
  if (wrong !== undefined) throw new ServiceError('invalid_request', 'A recipient is not a valid email address.');
  const keys = recipients.map((recipient): DeliveryKey => ({ siteId, reportId, kind: 'email', recipient }));
  await prepareDeliveries(pool, keys, now);
}

/**
 * Reopens deliveries whatever their outcome, for `recipients` (any addresses) or for the report's own. The next {@link deliverReport}, such
 * as that of a job, sends them. Messages being sent at the moment are left alone.
 * @throws ServiceError `invalid_request`
 */
export async function requestResend(
  pool: Pick<Pool, 'query'>,
  siteId: string,
  reportId: string,
  recipients?: string[],
  now = new Date(),
): Promise<Resend> {
  const keys = recipients?.map(addressKey);
  if (keys) await prepareNew(pool, siteId, reportId, keys, now);
  const opened = await resendDeliveries(pool, siteId, reportId, keys ?? null, now);
  const unsubscribed = new Set(await readUnsubscribed(pool, siteId, reportId));
  const addresses = opened.flatMap(({ kind, recipient }) => (kind === 'email' ? [recipient] : []));
  const skipped = addresses.filter((address) => unsubscribed.has(address)).sort();
  // The row of a report without recipients.
  const withoutRecipient = addresses.filter((address) => address === '').length;
  return { recipients: opened.length - skipped.length - withoutRecipient, skipped };
}

/** Calls {@link requestResend}, then {@link deliverReport}. @throws like both. */
export async function resendReport(
  deps: DeliveryDeps,
  siteId: string,
  reportId: string,
  recipients?: string[],
): Promise<DeliveryResult> {
  await requestResend(deps.pool, siteId, reportId, recipients, deps.clock?.());
  return deliverReport(deps, siteId, reportId);
}

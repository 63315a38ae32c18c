/** Sending a report once more because somebody asks for it. */
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addressKey, isAddress } from './address.js';
import { type DeliveryDeps, type DeliveryResult, deliverReport } from './deliver-report.js';
import { type DeliveryKey, prepareDeliveries, resendDeliveries } from './ledger.js';
import { readLeft } from './unsubscribe.js';

export interface Resend {
  /** How many will get it, the webhook included. */
  recipients: number;
  /** Addresses that left the template: each has a delivery that says so. */
  skipped: string[];
}

/** Those that have no row yet get one. */
async function prepareNew(
  pool: Pick<Pool, 'query'>,
  siteId: string,
  reportId: string,
  recipients: string[],
  now: Date,
): Promise<void> {
  const wrong = recipients.find((recipient) => !isAddress(recipient));
  if (wrong !== undefined) throw new ServiceError('invalid_request', 'A recipient is no valid address.');
  const keys = recipients.map((recipient): DeliveryKey => ({ siteId, reportId, kind: 'email', recipient }));
  await prepareDeliveries(pool, keys, now);
}

/**
 * Marks deliveries of a report to be made again, whatever came of them: to `recipients`, who need not have been any before, or to
 * all whom the report is for. Whoever calls {@link deliverReport} next, such as a job, makes them. What is being sent at the moment is left alone.
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
  const left = new Set(await readLeft(pool, siteId, reportId));
  const addresses = opened.flatMap(({ kind, recipient }) => (kind === 'email' ? [recipient] : []));
  const skipped = addresses.filter((address) => left.has(address)).sort();
  // A report without recipients has a row that says so.
  const nobody = addresses.filter((address) => address === '').length;
  return { recipients: opened.length - skipped.length - nobody, skipped };
}

/** {@link requestResend}, then {@link deliverReport}. @throws as both. */
export async function resendReport(
  deps: DeliveryDeps,
  siteId: string,
  reportId: string,
  recipients?: string[],
): Promise<DeliveryResult> {
  await requestResend(deps.pool, siteId, reportId, recipients, deps.clock?.());
  return deliverReport(deps, siteId, reportId);
}

/** Sending a report once more because somebody asks for it. */
import { ServiceError } from '@millrace/shared/errors';
import type { Pool } from '@millrace/shared/postgres';
import { addressKey, isAddress } from './address.js';
import { type DeliveryDeps, type DeliveryResult, deliverReport } from './deliver-report.js';
import { type DeliveryKey, prepareDeliveries, resendDeliveries } from './ledger.js';

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
 * @returns how many. @throws ServiceError `invalid_request`
 */
export async function requestResend(
  pool: Pick<Pool, 'query'>,
  siteId: string,
  reportId: string,
  recipients?: string[],
  now = new Date(),
): Promise<number> {
  const keys = recipients?.map(addressKey);
  if (keys) await prepareNew(pool, siteId, reportId, keys, now);
  return resendDeliveries(pool, siteId, reportId, keys ?? null, now);
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

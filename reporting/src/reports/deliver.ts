/** Hands a report that is written to delivery, with its file. */
import {
  type DeliveryDeps,
  type DeliveryOptions,
  type DeliveryResult,
  deliverReport,
} from '../delivery/deliver-report.js';
import type { ExportStores } from '../exports/export-store.js';
import type { Report } from './report.js';
import { openFile } from './report-files.js';

export interface DeliverDeps extends Omit<DeliveryDeps, 'openFile'> {
  stores: ExportStores;
}

/** @throws what is worth another try; `lastAttempt`: there will be none. */
export const deliver = (deps: DeliverDeps, report: Report, options: DeliveryOptions): Promise<DeliveryResult> =>
  deliverReport({ ...deps, openFile: () => openFile(deps.stores, report) }, report.siteId, report.id, options);

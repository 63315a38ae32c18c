/** Wires the report jobs, database connections and deliveries of the worker. */
import { outboundSettings } from '@millrace/shared/outbound/outbound-settings';
import { type QueueLocation, retryOf } from '@millrace/shared/platform/config';
import type { Lifecycle } from '@millrace/shared/platform/lifecycle';
import type { Logger } from '@millrace/shared/platform/logger';
import { createPool } from '@millrace/shared/platform/postgres';
import type { Telemetry } from '@millrace/shared/platform/telemetry';
import type { RunningWorker } from '@millrace/shared/queue/job-worker';
import { openFlows } from '@millrace/shared/queue/queue';
import {
  type DeliveryDeps,
  type DeliveryOptions,
  type DeliveryResult,
  deliverReport,
} from '../delivery/deliver-report.js';
import { createLinks } from '../exports/export-links.js';
import type { ExportStores } from '../exports/export-store.js';
import { openStores } from '../exports/open-stores.js';
import type { SegmentEngine } from '../segments/segment-engine.js';
import type { WorkerConfig } from '../worker-config.js';
import type { Report } from './report.js';
import { openFile } from './report-files.js';
import { startReports } from './start-reports.js';

interface DeliverDeps extends Omit<DeliveryDeps, 'openFile'> {
  stores: ExportStores;
}

/** @throws if a retry could help. `lastAttempt` means that there will be none. */
const deliver = (deps: DeliverDeps, report: Report, options: DeliveryOptions): Promise<DeliveryResult> =>
  deliverReport({ ...deps, openFile: () => openFile(deps.stores, report) }, report.siteId, report.id, options);

export interface OpenReportsDependencies {
  config: WorkerConfig;
  location: QueueLocation;
  logger: Logger;
  telemetry: Telemetry;
  lifecycle: Lifecycle;
  engine: SegmentEngine | undefined;
}

export function openReports(deps: OpenReportsDependencies): RunningWorker {
  const { config, location, logger, telemetry, lifecycle, engine } = deps;
  // Always the primary: a replica might lack the newest aggregates. Reports take long, so there is no statement timeout.
  const pool = createPool(config.DATABASE_URL, logger, {
    max: 6,
    statementTimeoutMs: 0,
    applicationName: 'millrace-reporting-worker-reports',
  });
  lifecycle.onClose('database for reports', () => pool.end());
  const flows = openFlows(location, logger);
  lifecycle.onClose('flows', () => flows.close());
  const common = { pool, stores: openStores(config), logger, engine };
  const { mail, allowPrivate } = outboundSettings(config);
  const links = createLinks(pool, config.LINK_SECRET);
  const stopping = new AbortController();
  const sending = { mail, webhookOptions: { allowPrivate }, publicUrl: config.PUBLIC_URL, links };
  const delivery = { ...common, ...sending, stopping: stopping.signal };
  const reports = startReports({
    ...common,
    ...{ location, telemetry, flows, retry: retryOf(config) },
    deliver: (report, options) => deliver(delivery, report, options),
    fontDir: config.REPORT_FONT_DIR,
    ttlDays: config.REPORT_TTL_DAYS,
  });
  lifecycle.onClose('reports', () => reports.close());
  lifecycle.onClose('deliveries', () => stopping.abort());
  return reports;
}

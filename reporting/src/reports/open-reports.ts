/** The worker's part in reports, as its settings have it: their jobs, their database, their deliveries. */

import { outboundSettings } from '@millrace/shared/outbound/outbound-settings';
import { type QueueLocation, retryOf } from '@millrace/shared/platform/config';
import type { Lifecycle } from '@millrace/shared/platform/lifecycle';
import type { Logger } from '@millrace/shared/platform/logger';
import { createPool } from '@millrace/shared/platform/postgres';
import type { Telemetry } from '@millrace/shared/platform/telemetry';
import type { RunningWorker } from '@millrace/shared/queue/job-worker';
import { openFlows } from '@millrace/shared/queue/queue';
import { createLinks } from '../exports/export-links.js';
import { openStores } from '../exports/open-stores.js';
import type { SegmentEngine } from '../segments/segment-engine.js';
import type { WorkerConfig } from '../worker-config.js';
import { deliver } from './deliver.js';
import { startReports } from './start-reports.js';

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
  // Files take their time, and are read from where aggregations write: of a replica the newest of those could be missing.
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

/** Runs the jobs of the reporting queues in a separate process, so that they do not slow down answers. */
import { setPriority } from 'node:os';
import { queueLocation } from '@millrace/shared/platform/config';
import { databaseHealth, type HealthCheck, queueHealth, watchHealth } from '@millrace/shared/platform/health';
import { buildServiceApp, closeServer, createHttpServer, startServer } from '@millrace/shared/platform/http';
import { createLifecycle } from '@millrace/shared/platform/lifecycle';
import { createLogger } from '@millrace/shared/platform/logger';
import { createPool } from '@millrace/shared/platform/postgres';
import { waitForSchema } from '@millrace/shared/platform/schema-version';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { startJobWorker } from '@millrace/shared/queue/job-worker';
import { openCache } from './cache/open-cache.js';
import { startExportWorker } from './exports/export-worker.js';
import { exportLimitsOf } from './exports/exports-config.js';
import { openStores } from './exports/open-stores.js';
import { checkFontDir } from './reports/check-font-dir.js';
import { openReports } from './reports/open-reports.js';
import { openSegmentEngine } from './segments/segment-engine.js';
import { createWarmingConsumer } from './warming/consume-warming.js';
import { loadWorkerConfig } from './worker-config.js';

async function main(): Promise<void> {
  const config = loadWorkerConfig();
  // On a shared machine, answers come before files.
  setPriority(config.WORKER_NICE);
  const logger = createLogger('reporting-worker', config.LOG_LEVEL);
  const telemetry = createTelemetry({ withProcessMetrics: true });
  const lifecycle = createLifecycle(logger, config.SHUTDOWN_TIMEOUT_MS);
  const pool = createPool(config.DATABASE_READ_URL ?? config.DATABASE_URL, logger, {
    max: 4,
    statementTimeoutMs: 15_000,
    applicationName: 'millrace-reporting-worker',
  });
  lifecycle.onClose('database', () => pool.end());
  const writePool = createPool(config.DATABASE_URL, logger, {
    max: 4,
    statementTimeoutMs: 15_000,
    applicationName: 'millrace-reporting-worker-writes',
  });
  lifecycle.onClose('database for writes', () => writePool.end());
  const location = queueLocation(config);
  let askQueue: HealthCheck = () => Promise.reject(new Error('starting'));
  const health = { ...databaseHealth(pool), ...queueHealth(location, () => askQueue()) };
  const about = { service: 'reporting-worker', docs: 'ARCHITECTURE.md' };
  const app = buildServiceApp({ about, logger, telemetry, health, isClosing: () => lifecycle.closing }, () => {});
  const server = createHttpServer(app);
  lifecycle.onClose('http server', () => closeServer(server));
  const { HOST: host, REPORTING_WORKER_PORT } = config;
  const port = await startServer(() => server.listen(REPORTING_WORKER_PORT, host), server, 'REPORTING_WORKER_PORT');
  logger.info({ host, port }, 'listening');
  if (!(await waitForSchema(pool, logger, lifecycle))) return;
  const cache = openCache({ config, location, pool, writePool, logger, telemetry, lifecycle });
  const engine = openSegmentEngine(config, logger, lifecycle, writePool);
  const warm = createWarmingConsumer({ pool, writePool, cache, engine });
  const worker = startJobWorker('cache-warming', { location, logger, telemetry }, warm);
  lifecycle.onClose('worker', () => worker.close());
  const exports = startExportWorker(
    { location, logger, telemetry },
    {
      pool,
      writePool,
      stores: openStores(config),
      logger,
      fontDir: config.REPORT_FONT_DIR,
      engine,
      ...exportLimitsOf(config),
    },
  );
  lifecycle.onClose('exports', () => exports.close(config.SHUTDOWN_TIMEOUT_MS / 3));
  await checkFontDir(config.REPORT_FONT_DIR, logger);
  const reports = openReports({ config, location, logger, telemetry, lifecycle, engine });
  askQueue = () => Promise.all([worker.check(), exports.check(), reports.check()]);
  lifecycle.onClose('health watch', watchHealth(health, logger));
}

main().catch((error: Error) => {
  process.stderr.write(`reporting-worker: ${error.message}\n`);
  process.exit(1);
});

import { setTimeout as pause } from 'node:timers/promises';
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { queueLocation, retryOf } from '@millrace/shared/platform/config';
import { databaseHealth, queueHealth, watchHealth } from '@millrace/shared/platform/health';
import { closeServer, createHttpServer, startServer } from '@millrace/shared/platform/http';
import { createLifecycle } from '@millrace/shared/platform/lifecycle';
import { createErrorLog, createLogger } from '@millrace/shared/platform/logger';
import { createPool } from '@millrace/shared/platform/postgres';
import { waitForSchema } from '@millrace/shared/platform/schema-version';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { startAlerts } from './alerts/start-alerts.js';
import { buildApp, refusalEnvelope } from './app.js';
import { loadSchedulerConfig } from './config.js';
import { openQueues } from './open-queues.js';
import { addQueueMetrics } from './queue-metrics.js';
import { createScheduler } from './schedules/scheduler.js';

async function main(): Promise<void> {
  const config = loadSchedulerConfig();
  const logger = createLogger('scheduler', config.LOG_LEVEL);
  const telemetry = createTelemetry({ withProcessMetrics: true });
  const lifecycle = createLifecycle(logger, config.SHUTDOWN_TIMEOUT_MS);
  const pool = createPool(config.DATABASE_URL, logger, {
    max: 6,
    statementTimeoutMs: 15_000,
    applicationName: 'millrace-scheduler',
  });
  lifecycle.onClose('database', () => pool.end());
  const keys = createKeyRing(pool, logger);
  lifecycle.onClose('keys', () => keys.close());
  const location = queueLocation(config);
  const queues = openQueues(location, logger);
  lifecycle.onClose('queues', () => queues.close());
  addQueueMetrics(queues.handles, telemetry);

  const deps = { pool, queues, keys, telemetry, logger, retry: retryOf(config), config };
  const scheduler = createScheduler(deps);
  const pingQueues = () => Promise.all(queues.handles.map(({ queue }) => queue.getWaitingCount()));
  const health = { ...databaseHealth(pool), ...queueHealth(location, pingQueues) };
  const app = buildApp({ ...deps, scheduler, health, isClosing: () => lifecycle.closing });
  const server = createHttpServer(app, { refusalEnvelope });
  lifecycle.onClose('http server', () => closeServer(server));
  const port = await startServer(() => server.listen(config.SCHEDULER_PORT, config.HOST), server, 'SCHEDULER_PORT');
  logger.info({ host: config.HOST, port }, 'listening');

  lifecycle.onClose('health watch', watchHealth(health, logger));
  if (!(await waitForSchema(pool, logger, lifecycle))) return;
  lifecycle.onClose('alerts', startAlerts(deps));
  lifecycle.onClose('schedules', () => scheduler.destroy());
  const logWaiting = createErrorLog(logger, 'waiting for the database');
  const initialize = () => scheduler.initialize().then(() => true, logWaiting);
  while (!lifecycle.closing && !(await initialize())) await pause(500);
  if (!lifecycle.closing) scheduler.start();
}

main().catch((error: Error) => {
  process.stderr.write(`scheduler: ${error.message}\n`);
  process.exit(1);
});

import { queueLocation, retryOf } from '@millrace/shared/platform/config';
import { databaseHealth, type HealthCheck, queueHealth, watchHealth } from '@millrace/shared/platform/health';
import { limitHeapGrowth } from '@millrace/shared/platform/heap';
import { buildServiceApp, closeServer, createHttpServer, startServer } from '@millrace/shared/platform/http';
import { createLifecycle } from '@millrace/shared/platform/lifecycle';
import { createLogger } from '@millrace/shared/platform/logger';
import { createPool } from '@millrace/shared/platform/postgres';
import { waitForSchema } from '@millrace/shared/platform/schema-version';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { startFolding } from './accounting/fold-jobs.js';
import { type Arguments, helpText, parseArguments } from './arguments.js';
import { limitsOf, loadProcessorConfig } from './config.js';
import { maintainPartitions } from './events/ensure-partitions.js';
import { startSummarizing } from './events/summarize-partitions.js';
import { startWorkers } from './workers.js';

async function run({ concurrency, queues }: Arguments): Promise<void> {
  limitHeapGrowth();
  const config = loadProcessorConfig();
  const logger = createLogger('processor', config.LOG_LEVEL);
  const telemetry = createTelemetry({ withProcessMetrics: true });
  const lifecycle = createLifecycle(logger, config.SHUTDOWN_TIMEOUT_MS);
  const pool = createPool(config.DATABASE_URL, logger, {
    max: 8,
    statementTimeoutMs: 120_000,
    applicationName: 'millrace-processor',
  });
  lifecycle.onClose('database', () => pool.end());

  const health: Record<string, HealthCheck> = {
    ...databaseHealth(pool),
    queues: () => Promise.reject(new Error('starting')),
  };
  const about = { service: 'processor', docs: 'ARCHITECTURE.md' };
  const app = buildServiceApp({ about, logger, telemetry, health, isClosing: () => lifecycle.closing }, () => {});
  const server = createHttpServer(app);
  lifecycle.onClose('http server', () => closeServer(server));
  const port = await startServer(() => server.listen(config.PROCESSOR_PORT, config.HOST), server, 'PROCESSOR_PORT');
  logger.info({ host: config.HOST, port }, 'listening');

  if (!(await waitForSchema(pool, logger, lifecycle))) return;

  const deps = {
    pool,
    queue: queueLocation(config),
    telemetry,
    logger,
    retry: retryOf(config),
    limits: limitsOf(config),
    graceDays: config.REVENUE_GRACE_DAYS,
    exportDir: config.EXPORT_DIR,
    rawRetentionDays: config.RAW_RETENTION_DAYS,
  };
  const workers = startWorkers(queues, concurrency, deps);
  const pingQueues = () => Promise.all(workers.map((worker) => worker.check()));
  Object.assign(health, queueHealth(deps.queue, pingQueues));
  for (const worker of workers) lifecycle.onClose('worker', () => worker.close());
  lifecycle.onClose('partitions', maintainPartitions(pool, logger));
  lifecycle.onClose('accounts', startFolding(pool, logger));
  lifecycle.onClose('index of new events', startSummarizing(pool, logger));
  lifecycle.onClose('health watch', watchHealth(health, logger));
  logger.info({ queues, concurrency }, 'processing jobs');
}

async function main(): Promise<void> {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) process.stdout.write(helpText);
  else await run(options);
}

main().catch((error: Error) => {
  process.stderr.write(`processor: ${error.message}\n`);
  process.exit(1);
});

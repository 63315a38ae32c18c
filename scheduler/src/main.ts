/** Turns the environment into a running scheduler: so far the watch over all queues. */
import { queueLocation } from '@millrace/shared/config';
import { buildServiceApp, closeServer, createHttpServer, startServer } from '@millrace/shared/http';
import { queueNames } from '@millrace/shared/jobs';
import { createLifecycle } from '@millrace/shared/lifecycle';
import { createLogger } from '@millrace/shared/logger';
import { createMetrics } from '@millrace/shared/metrics';
import { openQueue } from '@millrace/shared/queue';
import { loadSchedulerConfig } from './config.js';
import { addQueueMetrics } from './queue-metrics.js';

async function main(): Promise<void> {
  const config = loadSchedulerConfig();
  const logger = createLogger('scheduler', config.LOG_LEVEL);
  const metrics = createMetrics({ withProcessMetrics: true });
  const lifecycle = createLifecycle(logger, config.SHUTDOWN_TIMEOUT_MS);

  const handles = queueNames.map((name) => openQueue(name, queueLocation(config), logger));
  lifecycle.onClose('queues', () => Promise.all(handles.map((handle) => handle.close())));
  addQueueMetrics(handles, metrics);

  const health = { queues: () => Promise.all(handles.map(({ queue }) => queue.getWaitingCount())) };
  const app = buildServiceApp({ logger, metrics, health, isClosing: () => lifecycle.closing }, () => {});
  const server = createHttpServer(app);
  lifecycle.onClose('http server', () => closeServer(server));
  const port = await startServer(() => server.listen(config.SCHEDULER_PORT, config.HOST), server, 'SCHEDULER_PORT');
  logger.info({ host: config.HOST, port }, 'listening');
}

main().catch((error: Error) => {
  process.stderr.write(`scheduler: ${error.message}\n`);
  process.exit(1);
});

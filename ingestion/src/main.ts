import { eventIngest } from '@millrace/shared/contract/jobs';
import { queueLocation } from '@millrace/shared/platform/config';
import { queueHealth } from '@millrace/shared/platform/health';
import { limitHeapGrowth } from '@millrace/shared/platform/heap';
import { closeServer, createHttpServer, startServer } from '@millrace/shared/platform/http';
import { createLifecycle } from '@millrace/shared/platform/lifecycle';
import { createLogger } from '@millrace/shared/platform/logger';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { openQueue, type Queue } from '@millrace/shared/queue/queue';
import { buildApp, laneFirst } from './app.js';
import { loadIngestionConfig } from './config.js';
import { createEventQueue } from './enqueue-events.js';
import { createLedger } from './ledger.js';
import { openLane } from './open-lane.js';
import { openLookups } from './open-lookups.js';
import { createQueueGate, defaultGateOptions } from './queue-gate.js';
import { checkQueueSafety } from './queue-safety.js';
import { keepSavingCounts } from './save-counts.js';
import { watchSchema } from './watch-schema.js';

/** Longer than the gate needs to detect that Redis hangs, so that jobs that a busy Redis accepts late are not given up. */
const jobTimeoutMs = 3_000;

async function main(): Promise<void> {
  limitHeapGrowth();
  const config = loadIngestionConfig();
  const logger = createLogger('ingestion', config.LOG_LEVEL);
  const telemetry = createTelemetry({ withProcessMetrics: true });
  const lifecycle = createLifecycle(logger, config.SHUTDOWN_TIMEOUT_MS);
  const isClosing = () => lifecycle.closing;

  const location = queueLocation(config);
  const handle = openQueue(eventIngest.queue, location, logger, jobTimeoutMs);
  const probe = openQueue(eventIngest.queue, location, logger);
  lifecycle.onClose('queue', () => Promise.all([handle.close(), probe.close()]));
  const checkSafety = (queue: Queue) => checkQueueSafety(queue, location);
  const gate = createQueueGate(
    { handle, probe, checkSafety, logger },
    { ...defaultGateOptions, maxWaitingJobs: config.QUEUE_MAX_WAITING_JOBS },
  );
  lifecycle.onClose('queue gate', () => gate.close());
  const ledger = createLedger();
  lifecycle.onClose('event counts', keepSavingCounts(config.DATABASE_URL, ledger, logger));
  const events = createEventQueue(gate, telemetry, ledger);
  lifecycle.onClose('waiting events', () => events.drain());

  const lookups = await openLookups(config, logger);
  lifecycle.onClose('lookups', () => lookups.close());
  const lane = openLane(config, { events, telemetry, logger, isClosing, ledger, ...lookups });
  const app = buildApp({ logger, telemetry, health: queueHealth(location, gate.check), isClosing }, lane);
  const server = createHttpServer(laneFirst(lane, app));
  lifecycle.onClose('http server', () => closeServer(server));
  const port = await startServer(() => server.listen(config.INGESTION_PORT, config.HOST), server, 'INGESTION_PORT');
  logger.info({ host: config.HOST, port }, 'listening');
  await watchSchema(config.DATABASE_URL, logger, lifecycle);
}

main().catch((error: Error) => {
  process.stderr.write(`ingestion: ${error.message}\n`);
  process.exit(1);
});

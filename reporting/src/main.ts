/** Turns the environment into a running reporting service. */
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { parseProxies } from '@millrace/shared/access/rate-limit';
import { queueLocation, readingNeedsKey } from '@millrace/shared/platform/config';
import { databaseHealth } from '@millrace/shared/platform/health';
import { closeServer, createHttpServer, startServer } from '@millrace/shared/platform/http';
import { createLifecycle } from '@millrace/shared/platform/lifecycle';
import { createLogger } from '@millrace/shared/platform/logger';
import { createPool } from '@millrace/shared/platform/postgres';
import { waitForSchema } from '@millrace/shared/platform/schema-version';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { buildApp } from './app.js';
import { openCaching } from './cache/open-cache.js';
import { loadReportingConfig } from './config.js';
import { openExports } from './exports/open-exports.js';
import { createLive } from './live/live.js';
import { liveLimitsOf } from './live/live-settings.js';
import { openOperatorQueues } from './live/operator-queues.js';
import { createGate } from './reading/heavy-queries.js';
import { openSegmentEngine } from './segments/segment-engine.js';
import { frameAncestors, isEmbeddable } from './share-links/frame-ancestors.js';

async function main(): Promise<void> {
  const config = loadReportingConfig();
  const logger = createLogger('reporting', config.LOG_LEVEL);
  const telemetry = createTelemetry({ withProcessMetrics: true });
  const lifecycle = createLifecycle(logger, config.SHUTDOWN_TIMEOUT_MS);
  const pool = createPool(config.DATABASE_READ_URL ?? config.DATABASE_URL, logger, {
    max: 10,
    statementTimeoutMs: 15_000,
    applicationName: 'millrace-reporting',
  });
  lifecycle.onClose('database', () => pool.end());
  const writePool = createPool(config.DATABASE_URL, logger, {
    max: 4,
    statementTimeoutMs: 15_000,
    applicationName: 'millrace-reporting-sites',
  });
  lifecycle.onClose('database for sites', () => writePool.end());
  const gate = createGate({ atOnce: config.HEAVY_QUERIES_AT_ONCE, maxWaiting: 200, waitMs: 10_000 });

  const exports = openExports(config, writePool, logger);
  lifecycle.onClose('queue of exports', () => exports.close());
  const keys = readingNeedsKey(config) ? createKeyRing(writePool, logger) : undefined;
  lifecycle.onClose('keys', () => keys?.close());
  const engine = openSegmentEngine(config, logger, lifecycle, writePool);
  engine?.pool.start();
  const live = createLive({ pool, gate, engine, logger, telemetry, limits: liveLimitsOf(config) });
  const app = buildApp({
    logger,
    telemetry,
    health: databaseHealth(pool),
    isClosing: () => lifecycle.closing,
    pool,
    mayBeStandby: config.DATABASE_READ_URL !== undefined,
    writePool,
    gate,
    engine,
    exports,
    live,
    openOperatorQueues: () => openOperatorQueues(queueLocation(config), logger),
    allowPrivate: config.ALERT_ALLOW_PRIVATE,
    sharing: { linkSecret: config.LINK_SECRET, isEmbeddable: isEmbeddable(config) },
    caching: openCaching({ config, location: queueLocation(config), pool, writePool, logger, telemetry, lifecycle }),
    pages: {
      ...{ publicUrl: config.PUBLIC_URL, ingestionUrl: config.INGESTION_URL },
      frameAncestors: frameAncestors(config),
    },
    ...(keys && { keys }),
    requestsPerMinute: config.RATE_LIMIT_REQUESTS,
    isTrustedProxy: parseProxies(config.TRUST_PROXY),
  });
  const server = createHttpServer(app);
  lifecycle.onClose('http server', () => closeServer(server));
  lifecycle.onClose('live streams', () => live.close());
  const port = await startServer(() => server.listen(config.REPORTING_PORT, config.HOST), server, 'REPORTING_PORT');
  logger.info({ host: config.HOST, port, readAuth: keys ? 'key' : 'open' }, 'listening');
  await waitForSchema(pool, logger, lifecycle);
}

main().catch((error: Error) => {
  process.stderr.write(`reporting: ${error.message}\n`);
  process.exit(1);
});

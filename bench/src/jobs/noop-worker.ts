/** Turns the jobs of a queue into nothing, with our platform: data checked, outcomes counted and logged. */

import type { QueueName } from '@millrace/shared/contract/jobs';
import { queueLocation } from '@millrace/shared/platform/config';
import { createLogger } from '@millrace/shared/platform/logger';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { startJobWorker } from '@millrace/shared/queue/job-worker';
import { serveRate } from './serve-rate.js';

const { QUEUE, JOBS, REDIS_URL, DATABASE_URL, QUEUE_PREFIX } = process.env as Record<string, string>;
const count = serveRate(Number(JOBS));
const location = queueLocation({
  ...(REDIS_URL !== undefined && { REDIS_URL }),
  ...(DATABASE_URL !== undefined && { DATABASE_URL }),
  REDIS_PORT: 0,
  REDIS_DB: 0,
  QUEUE_PREFIX: QUEUE_PREFIX!,
});
const deps = { location, logger: createLogger('bench', 'info'), telemetry: createTelemetry(), limiter: null };
startJobWorker(QUEUE as QueueName, deps, async () => {
  count();
  return {};
});

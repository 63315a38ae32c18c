/** Times jobs that do nothing, with our job platform or with bare BullMQ as its documentation shows it (`SIDE=bare`). */
import { createServer } from 'node:http';
import type { QueueName } from '@millrace/shared/contract/jobs';
import { queueLocation } from '@millrace/shared/platform/config';
import { createLogger } from '@millrace/shared/platform/logger';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { startJobWorker } from '@millrace/shared/queue/job-worker';
import { createPostgresBackend, Worker } from 'bullmq';

const { SIDE, PORT, QUEUE, JOBS, CONCURRENCY, REDIS_URL, DATABASE_URL, QUEUE_PREFIX } = process.env as Record<
  string,
  string
>;

/** Share of jobs at the start that is not timed, because code is not compiled yet. */
const warmUpShare = 0.1;

/** `/ready` answers at once, `/rate` with jobs/s after `jobs` calls of the returned function. */
function serveRate(jobs: number): () => void {
  const untimed = Math.ceil(jobs * warmUpShare);
  let counted = 0;
  let startedAt = 0;
  let resolve: (rate: number) => void;
  const rate = new Promise<number>((done) => {
    resolve = done;
  });
  createServer(async (request, response) => {
    response.end(request.url === '/rate' ? String(await rate) : 'ready');
  }).listen(Number(PORT), '127.0.0.1');
  return () => {
    counted += 1;
    if (counted === untimed) startedAt = performance.now();
    if (counted === jobs) resolve(((jobs - untimed) * 1_000) / (performance.now() - startedAt));
  };
}

const count = serveRate(Number(JOBS));
const work = async () => {
  count();
  return {};
};

function startBareWorker(): void {
  const options = { prefix: QUEUE_PREFIX!, concurrency: Number(CONCURRENCY) };
  const redis = { url: REDIS_URL!, maxRetriesPerRequest: null };
  const postgres = { connectionString: DATABASE_URL!, schema: `${QUEUE_PREFIX}_queue` };
  const worker = REDIS_URL
    ? new Worker(QUEUE!, work, { ...options, connection: redis })
    : new Worker(QUEUE!, work, { ...options, connection: postgres }, createPostgresBackend);
  worker.on('error', (error: Error) => process.stderr.write(`${error.message}\n`));
}

/** Checks the data, and counts and logs outcomes, as in production; only the rate limiter is lifted. */
function startOurWorker(): void {
  const location = queueLocation({
    ...(REDIS_URL !== undefined && { REDIS_URL }),
    ...(DATABASE_URL !== undefined && { DATABASE_URL }),
    REDIS_PORT: 0,
    REDIS_DB: 0,
    QUEUE_PREFIX: QUEUE_PREFIX!,
  });
  const deps = { location, logger: createLogger('bench', 'info'), telemetry: createTelemetry(), limiter: null };
  startJobWorker(QUEUE as QueueName, deps, work);
}

process.on('SIGTERM', () => process.exit(0));
if (SIDE === 'bare') startBareWorker();
else startOurWorker();

/** Turns the jobs of a queue into nothing, with BullMQ as its documentation shows it. */
import { createPostgresBackend, Worker } from 'bullmq';
import { serveRate } from '../src/jobs/serve-rate.js';
import { redisConnection } from './queue-contract.js';

const { QUEUE, JOBS, CONCURRENCY, REDIS_URL, DATABASE_URL, QUEUE_PREFIX } = process.env as Record<string, string>;
const count = serveRate(Number(JOBS));
const work = async () => {
  count();
  return {};
};
const options = { prefix: QUEUE_PREFIX!, concurrency: Number(CONCURRENCY) };
const postgres = { connectionString: DATABASE_URL!, schema: `${QUEUE_PREFIX}_queue` };
const worker = REDIS_URL
  ? new Worker(QUEUE!, work, { ...options, connection: redisConnection(REDIS_URL) })
  : new Worker(QUEUE!, work, { ...options, connection: postgres }, createPostgresBackend);
worker.on('error', (error: Error) => process.stderr.write(`${error.message}\n`));

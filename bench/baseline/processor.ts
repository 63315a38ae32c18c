/** Turns one job into one row, ten jobs at a time: the straightforward design that Millrace is measured against. */
import type { Event } from '@millrace/shared/contract/event-columns';
import { Worker } from 'bullmq';
import pg from 'pg';
import { queueName, redisConnection } from './queue-contract.js';

const concurrency = 10;
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: concurrency });

const insert = `insert into events
  (site_id, timestamp, event_id, event_type, path, user_id, session_id, profile_id, referrer, properties)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`;

async function storeEvent(event: Event): Promise<void> {
  const { site_id, timestamp, event_id, event_type, path, user_id, session_id, profile_id, referrer, properties } =
    event;
  await pool.query(insert, [
    site_id,
    timestamp,
    event_id,
    event_type,
    path,
    user_id,
    session_id,
    profile_id,
    referrer,
    properties,
  ]);
}

const worker = new Worker<Event>(queueName, (job) => storeEvent(job.data), {
  connection: redisConnection(process.env.REDIS_URL ?? ''),
  concurrency,
});
worker.on('error', (error) => process.stderr.write(`${error.message}\n`));
process.on('SIGTERM', () => process.exit(0));

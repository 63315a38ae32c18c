/** The reference: one job and one insert per event, and a bare Express app. `ROLE` selects the part that this process runs. */

import { validateEvent } from '@millrace/shared/contract/event';
import type { Event } from '@millrace/shared/contract/event-columns';
import { type ConnectionOptions, type JobsOptions, Queue, Worker } from 'bullmq';
import express from 'express';
import pg from 'pg';

const { ROLE, PORT, QUEUE, REDIS_URL, DATABASE_URL } = process.env as Record<string, string>;

/** As BullMQ's documentation recommends for workers. */
const connection: ConnectionOptions = { url: REDIS_URL ?? '', maxRetriesPerRequest: null };

/** Retries as long as Millrace, so that no event is lost to a temporary fault. */
const jobOptions: JobsOptions = {
  attempts: 1_000_000,
  backoff: { type: 'fixed', delay: 1_000 },
  removeOnComplete: true,
  removeOnFail: false,
};

function createApp(): express.Express {
  const app = express();
  app.use(express.json());
  app.get('/ready', (_req, res) => void res.json({ status: 'ok' }));
  return app;
}

/** Accepts any JSON and stores nothing, to measure Express alone. */
function startExpress(): void {
  const app = createApp();
  app.post('/event', (_req, res) => void res.json({ status: 'ok' }));
  app.listen(Number(PORT), '127.0.0.1');
}

/** One job per event. */
async function startIngestion(): Promise<void> {
  const queue = new Queue(QUEUE!, { connection });
  const app = createApp();
  app.post('/event', async (req, res) => {
    const result = validateEvent(req.body, Date.now());
    if (!result.ok) {
      res.status(400).json({ error: { code: 'invalid_event', message: result.message } });
      return;
    }
    await queue.add('event', result.event, jobOptions);
    res.json({ status: 'ok' });
  });
  await queue.waitUntilReady();
  app.listen(Number(PORT), '127.0.0.1');
}

const columns = [
  ...['site_id', 'timestamp', 'event_id', 'event_type', 'path', 'user_id', 'session_id', 'profile_id', 'referrer'],
  'properties',
] as const;

const insert = `insert into events (${columns}) values (${columns.map((_, index) => `$${index + 1}`)}) on conflict do nothing`;

/** One row per job, ten jobs at a time. */
function startProcessor(): void {
  const concurrency = 10;
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: concurrency });
  const storeEvent = (event: Event) =>
    pool.query(
      insert,
      columns.map((column) => event[column as keyof Event]),
    );
  const worker = new Worker<Event>(QUEUE!, async ({ data }) => void (await storeEvent(data)), {
    connection,
    concurrency,
  });
  worker.on('error', (error) => process.stderr.write(`${error.message}\n`));
}

process.on('SIGTERM', () => process.exit(0));
if (ROLE === 'ingestion') await startIngestion();
else if (ROLE === 'processor') startProcessor();
else startExpress();

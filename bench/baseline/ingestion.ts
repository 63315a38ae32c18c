/** Turns `POST /event` into one job per event: the straightforward design that Millrace is measured against. */
import { validateEvent } from '@millrace/shared/contract/event';
import { Queue } from 'bullmq';
import express from 'express';
import { jobOptions, queueName, redisConnection } from './queue-contract.js';

const queue = new Queue(queueName, { connection: redisConnection(process.env.REDIS_URL ?? '') });
const app = express();
app.use(express.json());

app.get('/ready', (_req, res) => void res.json({ status: 'ok' }));

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
app.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));

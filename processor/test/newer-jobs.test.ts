import { eventIngest } from '@millrace/shared/contract/jobs';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { openQueue } from '@millrace/shared/queue/queue';
import { createTestDatabase, queueBackends, silent, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { expect, it } from 'vitest';
import { startWorkers } from '../src/workers.js';

const event =
  '{"site_id":"demo","timestamp":"2025-11-14T10:00:00Z","event_id":"0190a5b0-7c3d-7000-8000-000000000001","event_type":"view","path":"/"}';

it.each(queueBackends)('are returned to the queue on %s, while those of this release are stored', async (backend) => {
  const database = await createTestDatabase();
  const queue = testQueue(backend, database);
  const handle = openQueue(eventIngest.queue, queue, silent);
  const newer = { v: 3, packed: 'in a way that only the newer release can read' };
  await handle.queue.add('events', newer, { ...eventIngest.options, jobId: 'newer' });
  await handle.queue.add('events', { v: 1, count: 1, events: `[${event}]` }, { ...eventIngest.options, jobId: 'mine' });
  const deps = { pool: database.pool, queue, telemetry: createTelemetry(), logger: silent };
  const workers = startWorkers([eventIngest.queue], undefined, deps);
  const count = async (table: string) => (await database.pool.query(`select 1 from ${table}`)).rows.length;
  await eventually(async () => (await count('events')) === 1, 'the event of this release is stored');
  await eventually(async () => (await handle.queue.getJobState('newer')) === 'delayed', 'the newer job is back');
  expect(await handle.queue.getJob('newer')).toMatchObject({ data: newer, attemptsMade: 0 });
  expect(await count('dead_letter_events')).toBe(0);
  await Promise.all(workers.map((worker) => worker.close()));
  await handle.close();
  await database.drop();
});

import { createServer } from 'node:net';
import { createQueue } from '@millrace/shared/queue/queue';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { queueEnvironment } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const metricsOf = async ({ url }: SpawnedService) => (await fetch(`${url}/metrics`)).text();

describe.each(queueBackends)('on %s', (backend) => {
  it.each(['running', 'paused'])('counts the jobs of each queue by state while it is %s', async (state) => {
    const location = testQueue(backend, database);
    const queue = createQueue('event-ingest', location, silent);
    if (state === 'paused') await queue.pause();
    const waitingSince = Date.now() - 90_000;
    await queue.add('events', {}, { jobId: 'one', timestamp: waitingSince });
    await queue.add('events', {}, { jobId: 'newer' });
    await queue.add('events', {}, { jobId: 'newest' });
    await queue.add('events', {}, { jobId: 'two', delay: 60_000 });
    const scheduler = await spawnService('scheduler', { DATABASE_URL: database.url, ...queueEnvironment(location) });
    await eventually(async () => (await fetch(`${scheduler.url}/health/ready`)).ok, 'the scheduler is ready');
    // A queue that does not respond within a second is missing from a scrape.
    let text = '';
    await eventually(async () => {
      text = await metricsOf(scheduler);
      return text.match(/_oldest_waiting_seconds{/g)?.length === 8;
    }, 'every queue is in a scrape');
    expect(text).toContain('millrace_queue_jobs{queue="event-ingest",state="waiting"} 3');
    expect(text).toContain('millrace_queue_jobs{queue="event-ingest",state="delayed"} 1');
    const age = /^millrace_queue_oldest_waiting_seconds{queue="event-ingest"} (\S+)$/m.exec(text)?.[1];
    expect(Number(age)).toBeGreaterThanOrEqual(90);
    expect(Number(age)).toBeLessThanOrEqual((Date.now() - waitingSince) / 1_000);
    expect(text).toMatch(/^millrace_queue_oldest_waiting_seconds{queue="cleanup"} 0$/m);
    expect(await scheduler.end()).toBe(0);
    await queue.resume();
    await queue.obliterate({ force: true });
    await queue.close();
  });
});

it('omits an unresponsive queue from metrics, is not ready, and shuts down in time', async () => {
  const mute = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => mute.once('listening', resolve));
  const { port } = mute.address() as { port: number };
  const env = { DATABASE_URL: database.url, REDIS_URL: `redis://127.0.0.1:${port}` };
  const { pool } = database;
  await pool.query(`insert into schedules (id, name, queue, job, cron, timezone, data, catch_up)
    values ('each-second', 'each second', 'cleanup', 'clean', '* * * * * *', 'UTC', '{"type":"temp_files"}', 'none')`);
  const scheduler = await spawnService('scheduler', env);
  const claimed = async () => (await pool.query(`select slot from schedule_runs`)).rows.length > 0;
  await eventually(claimed, 'a slot waits for the queue to accept its job');
  expect(await metricsOf(scheduler)).not.toContain('millrace_queue_jobs{');
  expect((await fetch(`${scheduler.url}/health/ready`)).status).toBe(503);
  expect(await scheduler.end()).toBe(0);
  mute.close();
});

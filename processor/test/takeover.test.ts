import { addJob } from '@millrace/shared/queue/add-job';
import { openQueue } from '@millrace/shared/queue/queue';
import { createTestDatabase, queueBackends, silent, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { spawnService } from '@millrace/shared/testing/spawn-service';
import { queueEnvironment } from '@millrace/shared/testing/stack';
import { expect, it } from 'vitest';
import { ensureMonths } from '../src/events/ensure-partitions.js';
import { insertEvents } from '../src/events/insert-events.js';
import { claimSite } from '../src/rollups/claim-site.js';
import { rollSite } from '../src/rollups/roll-site.js';

it.each(queueBackends)('on %s', async (backend) => {
  const database = await createTestDatabase();
  const location = testQueue(backend, database);
  const handle = openQueue('site-aggregation', location, silent);
  await handle.queue.waitUntilReady();
  await ensureMonths(database.pool, ['2026-09']);
  const timestamp = '2026-09-01T10:00:00Z';
  const event_id = '0190a5b0-7c3d-7000-8000-000000000001';
  const event = { site_id: 'demo', timestamp, event_id, event_type: 'view', path: '/' };
  await insertEvents(database.pool, JSON.stringify([event]));
  await rollSite(database.pool, 'demo', { now: new Date() });
  const env = { DATABASE_URL: database.url, ...queueEnvironment(location) };
  const processor = () => spawnService('processor', env, ['--queues', 'site-aggregation']);
  const first = await processor();
  const range = { from: '2026-09-01T00:00:00Z', to: '2026-09-02T00:00:00Z' };
  let second: Awaited<ReturnType<typeof processor>> | undefined;
  // While the site is claimed, the job is running and cannot finish.
  await claimSite(database.pool, 'demo', async () => {
    await addJob(handle.queue, 'rebuild', { site_id: 'demo', ...range }, { jobId: 'rebuild-demo' });
    await eventually(async () => (await handle.queue.getJobState('rebuild-demo')) === 'active', 'the job is active');
    await first.end('SIGKILL');
    second = await processor();
  });
  const isDone = async () => (await handle.queue.getJobState('rebuild-demo')) === 'completed';
  await eventually(isDone, 'another processor has completed it');
  expect((await handle.queue.getJob('rebuild-demo'))!.returnvalue).toMatchObject({ intervals: 1, days: 1 });
  expect(await second!.end()).toBe(0);
  await handle.close();
  await database.drop();
});

import type { FanOutResult, RollResult } from '@millrace/shared/contract/job-results';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { addJob } from '@millrace/shared/queue/add-job';
import type { RunningWorker } from '@millrace/shared/queue/job-worker';
import { openQueue, type QueueHandle } from '@millrace/shared/queue/queue';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureMonths } from '../src/events/ensure-partitions.js';
import { insertEvents } from '../src/events/insert-events.js';
import { claimSite } from '../src/rollups/claim-site.js';
import { startWorkers } from '../src/workers.js';

describe.each(queueBackends)('on %s', (backend) => {
  let database: TestDatabase;
  let handle: QueueHandle;
  let workers: RunningWorker[];
  beforeAll(async () => {
    database = await createTestDatabase();
    await ensureMonths(database.pool, ['2026-09']);
    const queue = testQueue(backend, database);
    handle = openQueue('analytics-aggregation', queue, silent);
    await handle.queue.waitUntilReady();
    const limits = { requestsPerMinute: 0, siteJobsPerSecond: 0 };
    const deps = { pool: database.pool, queue, telemetry: createTelemetry(), logger: silent, limits };
    workers = startWorkers(['analytics-aggregation', 'site-aggregation'], undefined, deps);
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    await handle.close();
    await database.drop();
  });

  const store = (siteId: string, count: number) =>
    insertEvents(
      database.pool,
      JSON.stringify(
        Array.from({ length: count }, (_, index) => ({
          site_id: siteId,
          timestamp: new Date(Date.UTC(2026, 8, 1) + index * 600_000).toISOString(),
          event_id: `0190a5b0-7c3d-7000-8000-${String(index).padStart(12, '0')}`,
          event_type: 'view',
          path: '/',
        })),
      ),
    );

  async function run(name: string, data: object): Promise<RollResult | FanOutResult> {
    const id = `test-${name}-${Math.random()}`;
    await addJob(handle.queue, name, data, { jobId: id });
    let result: RollResult | FanOutResult | undefined;
    await eventually(async () => {
      const job = await handle.queue.getJob(id);
      if (job?.failedReason) throw new Error(job.failedReason);
      result = job?.finishedOn ? job.returnvalue : undefined;
      return result !== undefined;
    }, `job ${name} is done`);
    return result as RollResult | FanOutResult;
  }

  const count = async (sql: string) =>
    (await database.pool.query(`select count(*)::int as count ${sql}`)).rows[0].count;

  it('rolls every site with marks, with one job each', async () => {
    await store('a', 20);
    await store('b', 20);
    expect(await run('roll', {})).toEqual({ done: ['a', 'b'], failed: [], skipped: [] });
    expect(await count('from rollup_marks')).toBe(0);
    expect(await count(`from rollup_days where event_type = ''`)).toBe(2);
    expect(await run('roll', {})).toEqual({ done: [], failed: [], skipped: [] });
  });

  it('recomputes a range and returns its counts', async () => {
    await store('c', 10);
    await run('roll', { site_id: 'c' });
    await database.pool.query(`update rollup_15m set events = 77 where site_id = 'c'`);
    const hour = { startTime: '2026-09-01T00:00:00Z', endTime: '2026-09-01T01:00:00Z' };
    expect(await run('HOURLY_ROLLUP', { site_id: 'c', ...hour })).toMatchObject({ intervals: 4, days: 1 });
    expect(await count(`from rollup_15m where site_id = 'c' and events = 77`)).toBe(6);
    expect(
      await run('rebuild', { site_id: 'c', from: '2026-09-01T00:00:00Z', to: '2026-09-02T00:00:00Z' }),
    ).toMatchObject({ intervals: 7, days: 1 });
    expect(await count(`from rollup_15m where site_id = 'c' and events = 77`)).toBe(0);
  });

  it('skips a site that another roll has claimed, but waits if the job has a range to recompute', async () => {
    await store('d', 5);
    await run('roll', { site_id: 'd' });
    let rebuilt: Promise<RollResult | FanOutResult> | undefined;
    await claimSite(database.pool, 'd', async () => {
      expect(await run('roll', { site_id: 'd' })).toEqual({ skipped: 'another roll of this site is running' });
      rebuilt = run('rebuild', { site_id: 'd', from: '2026-09-01T00:00:00Z', to: '2026-09-02T00:00:00Z' });
      await eventually(async () => (await count(`from rollup_marks where site_id = 'd'`)) > 0, 'the range is marked');
    });
    expect(await rebuilt).toMatchObject({ intervals: 3, days: 1 });
  });

  it.each([
    ['nonsense', {}, 'There is no job "nonsense" in this queue; jobs are roll, HOURLY_ROLLUP, rebuild, DAILY_ROLLUP,'],
    ['constructor', {}, 'There is no job "constructor" in this queue'],
    ['roll', { site: 'a' }, 'The data of job "roll" is invalid: site is not allowed.'],
    ['roll', { site_id: 7 }, 'The data of job "roll" is invalid: site_id must be a string.'],
    ['rebuild', { from: '2026-09-01' }, 'The data of job "rebuild" is invalid: to is required.'],
    ['HOURLY_ROLLUP', { startTime: 'now', endTime: 'later' }, 'startTime must be in ISO 8601 date format.'],
  ])('fails job %s with data %j immediately, with the reason', async (name, data, reason) => {
    const id = `bad-${Math.random()}`;
    await handle.queue.add(name, data, { jobId: id, attempts: 3 });
    await eventually(async () => (await handle.queue.getJob(id))?.failedReason !== undefined, 'the job failed');
    const job = await handle.queue.getJob(id);
    expect(job?.failedReason).toContain(reason);
    expect(job?.attemptsMade).toBe(1);
  });
});

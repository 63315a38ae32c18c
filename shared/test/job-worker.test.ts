import { findQueue, type QueueName, queueNames } from '@millrace/shared/contract/jobs';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { addJob, JobDataError, jobOptions } from '@millrace/shared/queue/add-job';
import {
  type HandleJob,
  type JobWorkerDeps,
  type RunningWorker,
  startJobWorker,
} from '@millrace/shared/queue/job-worker';
import { openQueue, type QueueHandle } from '@millrace/shared/queue/queue';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('contracts', () => {
  it('have queue names without a colon, which separates parts of keys', () => {
    expect(queueNames.filter((name) => name.includes(':'))).toEqual([]);
  });

  it('retry aggregations after 5 s and 10 s, other jobs after 2 s and 4 s, unless configured otherwise', () => {
    const exponential = (delay: number) => ({ attempts: 3, backoff: { type: 'exponential', delay } });
    expect(jobOptions('analytics-aggregation', 'revenue', {})).toMatchObject(exponential(5_000));
    expect(jobOptions('site-aggregation', 'all', {})).toMatchObject(exponential(5_000));
    expect(jobOptions('analytics-aggregation', 'DAILY_ROLLUP', {})).toMatchObject(exponential(2_000));
    expect(jobOptions('cleanup', 'clean', {})).toMatchObject(exponential(2_000));
    expect(jobOptions('cleanup', 'clean', { maxAttempts: 7, backoffMs: 50 })).toMatchObject({
      attempts: 7,
      backoff: { type: 'exponential', delay: 50 },
    });
    expect(jobOptions('report-generation', 'site-report', {})).toMatchObject({
      attempts: 8,
      backoff: { type: 'exponential', delay: 10_000 },
    });
    expect(jobOptions('event-ingest', 'events', { maxAttempts: 1 }).attempts).toBe(1_000_000);
  });

  it('keep completed jobs for a day and failed ones for a week, but no event jobs once they are stored', () => {
    expect(jobOptions('report-generation', 'GENERATE_REPORT', {})).toMatchObject({
      removeOnComplete: { age: 86_400, count: 1_000 },
      removeOnFail: { age: 604_800, count: 5_000 },
    });
    expect(jobOptions('report-generation', 'site-report', {})).toMatchObject({
      attempts: 8,
      backoff: { type: 'exponential', delay: 10_000 },
    });
    expect(jobOptions('event-ingest', 'events', {})).toMatchObject({ removeOnComplete: true, removeOnFail: false });
  });

  it.each([
    ['analytics-aggregation', 3, { max: 10, durationMs: 60_000 }],
    ['site-aggregation', 5, { max: 10, durationMs: 1_000 }],
    ['metrics-calculation', 5, undefined],
    ['cleanup', 1, undefined],
    ['cache-warming', 3, undefined],
    ['data-export', 2, { max: 20, durationMs: 60_000 }],
    ['report-generation', 2, undefined],
  ])('let %s run %d jobs at a time, with the limit %j', (name, concurrency, limiter) => {
    expect(findQueue(name)).toMatchObject({ concurrency });
    expect(findQueue(name)?.limiter).toEqual(limiter);
  });
});

describe.each(queueBackends)('on %s', (backend) => {
  let database: TestDatabase;
  let handle: QueueHandle;
  let worker: RunningWorker;
  const telemetry = createTelemetry();
  let deps: JobWorkerDeps;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await worker?.close();
    await handle.close();
    await database.drop();
  });

  async function open(name: QueueName): Promise<void> {
    deps = { location: testQueue(backend, database), logger: silent, telemetry, limiter: null };
    handle = openQueue(name, deps.location, silent);
    await handle.queue.waitUntilReady();
  }
  const work = (name: QueueName, handleJob: HandleJob<object>) => {
    worker = startJobWorker(name, { ...deps, concurrency: 1 }, handleJob);
  };
  const done = (id: string) =>
    eventually(async () => (await handle.queue.getJobState(id)) === 'completed', `${id} is done`);

  it('adds nothing if the data is invalid', async () => {
    await open('cleanup');
    await expect(addJob(handle.queue, 'clean', { type: 'everything' }, { jobId: 'bad' })).rejects.toThrow(JobDataError);
    expect(await handle.queue.getJob('bad')).toBeUndefined();
    worker = { check: async () => {}, close: async () => {} };
  });

  it('fails a job with invalid data immediately, with the reason, without running it', async () => {
    await open('cleanup');
    const seen: unknown[] = [];
    work('cleanup', async (job) => {
      seen.push(job.data);
      return {};
    });
    await handle.queue.add('clean', { type: 'old_logs', olderThan: 'a week' }, { jobId: 'bad', attempts: 3 });
    await handle.queue.add('sweep', {}, { jobId: 'unknown', attempts: 3 });
    await eventually(async () => (await handle.queue.getFailedCount()) === 2, 'both failed');
    const reasonOf = async (id: string) => (await handle.queue.getJob(id))!;
    expect(await reasonOf('bad')).toMatchObject({
      attemptsMade: 1,
      failedReason: 'The data of job "clean" is invalid: olderThan must be a number.',
    });
    expect(await reasonOf('unknown')).toMatchObject({
      attemptsMade: 1,
      failedReason: 'There is no job "sweep" in this queue; jobs are clean.',
    });
    expect(seen).toEqual([]);
  });

  it('returns a job of a newer contract version to the queue unchanged, without using up an attempt', async () => {
    await open('cleanup');
    const seen: unknown[] = [];
    work('cleanup', async (job) => {
      seen.push(job.id);
      return {};
    });
    const newer = { v: 2, kinds: ['old_logs'] };
    await handle.queue.add('clean', newer, { jobId: 'newer', attempts: 3 });
    await addJob(handle.queue, 'clean', { type: 'old_logs' }, { jobId: 'mine' });
    await done('mine');
    await eventually(async () => (await handle.queue.getJobState('newer')) === 'delayed', 'it is back in the queue');
    expect(await handle.queue.getJob('newer')).toMatchObject({ data: newer, attemptsMade: 0 });
    expect(seen).toEqual(['mine']);
  });

  it('runs jobs by priority, and delayed ones when they are due', async () => {
    await open('cleanup');
    const order: string[] = [];
    const add = (jobId: string, options: { priority?: number; delay?: number }) =>
      addJob(handle.queue, 'clean', { type: 'old_logs' }, { jobId, ...options });
    await add('later', { delay: 1_500 });
    await add('sooner', { delay: 700 });
    await add('low', { priority: 100 });
    await add('high', { priority: 1 });
    await add('middle', { priority: 10 });
    await add('first', {});
    work('cleanup', async (job) => {
      order.push(job.id!);
      return {};
    });
    await done('later');
    expect(order).toEqual(['first', 'high', 'middle', 'low', 'sooner', 'later']);
  });

  it('respects the rate limit of the queue', async () => {
    await open('cleanup');
    const startedAt: number[] = [];
    for (const index of [1, 2, 3]) await addJob(handle.queue, 'clean', { type: 'old_logs' }, { jobId: `job-${index}` });
    // Not from the start of the first job, which a busy machine may record long after the queue released it.
    const before = Date.now();
    worker = startJobWorker('cleanup', { ...deps, limiter: { max: 2, durationMs: 1_000 } }, async () => {
      startedAt.push(Date.now());
      return {};
    });
    await done('job-3');
    expect(startedAt[2]! - before).toBeGreaterThanOrEqual(900);
  });

  it('retries a failing job, and keeps it with its reason if it never succeeds', async () => {
    await open('cleanup');
    let attempts = 0;
    work('cleanup', async () => {
      attempts += 1;
      throw new Error('the disk is full');
    });
    await addJob(handle.queue, 'clean', { type: 'old_logs' }, { jobId: 'never' }, { backoffMs: 10 });
    await eventually(async () => (await handle.queue.getJobState('never')) === 'failed', 'it failed');
    expect(attempts).toBe(3);
    expect((await handle.queue.getJob('never'))!.failedReason).toBe('the disk is full');
  });

  it('counts job events by queue and name', async () => {
    await open('metrics-calculation');
    work('metrics-calculation', async (job) => {
      await job.updateProgress(50);
      if (job.id === 'fails') throw new Error('no');
      return {};
    });
    const data = { metricType: 'quality' };
    await addJob(handle.queue, 'calculate', data, { jobId: 'works' });
    await addJob(handle.queue, 'calculate', data, { jobId: 'fails' }, { maxAttempts: 1 });
    await eventually(async () => (await handle.queue.getFailedCount()) === 1, 'one failed');
    await done('works');
    const counted = async (name: string) =>
      Number(
        new RegExp(`^${name}\\{queue="metrics-calculation",job="calculate"\\} (\\d+)`, 'm').exec(
          await telemetry.registry.metrics(),
        )?.[1] ?? 0,
      );
    await eventually(async () => (await counted('millrace_jobs_failed_total')) === 1, 'the failure is counted');
    expect(await counted('millrace_jobs_started_total')).toBe(2);
    expect(await counted('millrace_jobs_completed_total')).toBe(1);
    expect(await counted('millrace_job_seconds_count')).toBe(1);
    expect(await counted('millrace_jobs_progress_total')).toBe(2);
  });
});

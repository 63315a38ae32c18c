import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createKey } from '@millrace/shared/access/keys';
import { requireScope } from '@millrace/shared/access/require-scope';
import { buildServiceApp } from '@millrace/shared/platform/http';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { type RunningWorker, startJobWorker } from '@millrace/shared/queue/job-worker';
import type { Queue } from '@millrace/shared/queue/queue';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openQueues } from '../../src/open-queues.js';
import { removeJob, retryJob } from '../../src/queues/change-jobs.js';
import { causeOf } from '../../src/queues/failed-causes.js';
import { findJobs, newestJobs } from '../../src/queues/find-jobs.js';
import { checkQueue, cleanQueue } from '../../src/queues/queue-figures.js';
import { auditRoutes } from '../../src/routes/audit-route.js';
import { flowsRoutes } from '../../src/routes/flows-route.js';
import { queuesRoutes } from '../../src/routes/queues-route.js';
import { type AdminApi, openAdminApi } from '../admin-api.js';

const base = '/api/v1/queues';
const retry = { maxAttempts: 1 };
const oldLogs = { type: 'old_logs' };
const export_ = { site_id: 'demo', dataType: 'COSTS', format: 'CSV', startDate: '2026-01-01', endDate: '2026-01-31' };

describe.each(queueBackends)('on %s', (backend) => {
  let database: TestDatabase;
  let api: AdminApi;
  let workers: RunningWorker[];

  beforeAll(async () => {
    database = await createTestDatabase();
    const location = testQueue(backend, database);
    api = await openAdminApi(database, location, (deps) => [
      queuesRoutes({ ...deps, retry }),
      flowsRoutes({ ...deps, retry }),
      auditRoutes(deps),
    ]);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  beforeEach(() => {
    workers = [];
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    for (const { queue } of api.queues.handles) await queue.obliterate({ force: true });
  });

  const add = async (queue: string, jobName: string, data: object, options = {}) =>
    (await api.call('post', `${base}/${queue}/jobs`).send({ jobName, data, options }).expect(201)).body.data.jobId;
  const location = () => {
    const { opts } = api.queues.get('cleanup')!;
    return backend === 'redis'
      ? ({ kind: 'redis', url: process.env.TEST_REDIS_URL!, prefix: opts.prefix! } as const)
      : ({ kind: 'postgres', url: database.url, prefix: 'millrace' } as const);
  };
  function fail(queue: 'cleanup' | 'data-export', message: (id: string) => string): void {
    const deps = { location: location(), logger: silent, telemetry: createTelemetry(), limiter: null };
    workers.push(
      startJobWorker(queue, deps, async (job) => {
        throw new Error(message(job.id!));
      }),
    );
  }
  const failedCount = (queue: string, count: number) =>
    eventually(async () => (await api.queues.get(queue)!.getFailedCount()) === count, `${count} jobs failed`);

  it('takes nothing else that the queue stores for a job', async () => {
    await api.call('post', `${base}/cleanup/pause`).expect(200);
    await add('cleanup', 'clean', oldLogs);
    for (const id of ['meta', 'paused', 'wait']) {
      await api.call('get', `${base}/cleanup/jobs/${id}`).expect(404);
      await api.call('get', `/api/v1/flows/cleanup/${id}`).expect(404);
      await api.call('delete', `${base}/cleanup/jobs/${id}`).expect(404);
    }
    const { body } = await api.call('get', `${base}/cleanup/metrics`).expect(200);
    expect(body.data).toMatchObject({ is_paused: true, paused: 1 });
    await api.call('post', `${base}/cleanup/resume`).expect(200);
  });

  it('adds, shows and removes a job', async () => {
    const added = await api
      .call('post', `${base}/cleanup/jobs`)
      .send({ jobName: 'clean', data: oldLogs, options: { priority: 5, delay: 60_000 } })
      .expect(201);
    const { jobId } = added.body.data;
    expect(added.body).toEqual({ success: true, data: { jobId, queueName: 'cleanup', jobName: 'clean' } });
    const shown = await api.call('get', `${base}/cleanup/jobs/${jobId}`).expect(200);
    expect(shown.body.data).toMatchObject({
      id: jobId,
      name: 'clean',
      data: oldLogs,
      progress: 0,
      attemptsMade: 0,
      processedOn: null,
      finishedOn: null,
      state: 'delayed',
      priority: 5,
    });
    await api.call('delete', `${base}/cleanup/jobs/${jobId}`).expect(200);
    await api.call('get', `${base}/cleanup/jobs/${jobId}`).expect(404);
  });

  it('gives a job the priority of its site, unless it has its own', async () => {
    await database.pool.query(`insert into sites (site_id, job_priority) values ('later', 9), ('first', 0)`);
    const priorityOf = async (data: object, options = {}) => {
      const id = await add('site-aggregation', 'roll', data, options);
      return (await api.queues.get('site-aggregation')!.getJob(id))!.priority;
    };
    expect(await priorityOf({ site_id: 'later' })).toBe(9);
    expect(await priorityOf({ site_id: 'later' }, { priority: 2 })).toBe(2);
    expect(await priorityOf({ site_id: 'later' }, { priority: 0 })).toBe(0);
    expect(await priorityOf({ site_id: 'first' })).toBe(0);
    expect(await priorityOf({ site_id: 'unknown' })).toBe(0);
    expect(await priorityOf({})).toBe(0);
  });

  it('counts jobs by state, for one queue and for all', async () => {
    await add('cleanup', 'clean', oldLogs);
    await add('cleanup', 'clean', oldLogs, { priority: 3 });
    await add('cleanup', 'clean', oldLogs, { delay: 60_000 });
    const counted = { waiting: 2, active: 0, completed: 0, failed: 0, delayed: 1, paused: 0 };
    expect((await api.call('get', `${base}/cleanup/metrics`).expect(200)).body.data).toMatchObject(counted);
    const all = (await api.call('get', `${base}/metrics`).expect(200)).body.data;
    expect(Object.keys(all).sort()).toEqual([...api.queues.names].sort());
    expect(all.cleanup).toMatchObject(counted);
    expect(await checkQueue(api.queues.get('cleanup')!)).toMatchObject({ healthy: true, metrics: counted });
  });

  it('pauses a queue, whose jobs then wait, and resumes it', async () => {
    await add('cleanup', 'clean', oldLogs);
    expect((await api.call('post', `${base}/cleanup/pause`).expect(200)).body.data).toMatchObject({
      is_paused: true,
      paused: 1,
      waiting: 0,
    });
    fail('cleanup', () => 'ran');
    // When a job of another queue has run, the paused one would have run, too.
    fail('data-export', () => 'ran');
    await api.queues.get('data-export')!.add('EXPORT_DATA', export_);
    await failedCount('data-export', 1);
    expect(await api.queues.get('cleanup')!.getFailedCount()).toBe(0);
    expect((await api.call('post', `${base}/cleanup/resume`).expect(200)).body.data).toMatchObject({
      is_paused: false,
    });
    await failedCount('cleanup', 1);
  });

  it('groups failed jobs by cause, retries one job, then all with the same cause after a dry run', async () => {
    fail('data-export', (id) => (id.endsWith('x') ? `disk "${id}" is full` : `timeout after ${id.length} ms`));
    const ids: string[] = [];
    for (const id of ['1x', '2x', '3x', 'yyy']) {
      await api.queues.get('data-export')!.add('EXPORT_DATA', export_, { jobId: id });
      ids.push(id);
    }
    await failedCount('data-export', 4);
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
    const { causes } = (await api.call('get', `${base}/data-export/failed`).expect(200)).body.data;
    expect(causes).toMatchObject([
      { cause: 'disk "…" is full', count: 3, example: expect.stringMatching(/^disk "\dx" is full$/) },
      { cause: 'timeout after # ms', count: 1, ids: ['yyy'] },
    ]);
    await api.call('post', `${base}/data-export/jobs/yyy/retry`).expect(200);
    expect(await api.queues.get('data-export')!.getJobState('yyy')).toBe('waiting');
    await api.call('post', `${base}/data-export/jobs/yyy/retry`).expect(409);
    const retryAll = async (sent: object) =>
      (await api.call('post', `${base}/data-export/failed/retry`).send(sent).expect(200)).body.data;
    expect(await retryAll({ cause: 'disk "…" is full' })).toMatchObject({ dryRun: true, count: 3, searched: 3 });
    expect(await api.queues.get('data-export')!.getFailedCount()).toBe(3);
    expect(await retryAll({ cause: 'disk "…" is full', dryRun: false })).toMatchObject({ dryRun: false, count: 3 });
    expect(await api.queues.get('data-export')!.getFailedCount()).toBe(0);
  });

  it('lists the jobs in a state page by page, and searches them', async () => {
    for (let index = 0; index < 5; index += 1) {
      await api.queues.get('cleanup')!.add('clean', { ...oldLogs, olderThan: index }, { jobId: `job-${index}` });
    }
    const list = async (query: string) =>
      (await api.call('get', `${base}/cleanup/jobs?${query}`).expect(200)).body.data;
    const pages = [await list('state=waiting&limit=3&page=1'), await list('state=waiting&limit=3&page=2')];
    expect(pages.map(({ jobs, total }) => [jobs.length, total])).toEqual([
      [3, 5],
      [2, 5],
    ]);
    expect(new Set(pages.flatMap(({ jobs }) => jobs.map(({ id }: { id: string }) => id))).size).toBe(5);
    expect(await list('state=waiting&search=JOB-3')).toMatchObject({ jobs: [{ id: 'job-3' }], total: 1, searched: 5 });
    expect((await list(`state=waiting&search=${encodeURIComponent('"olderThan":4')}`)).jobs).toMatchObject([
      { id: 'job-4' },
    ]);
    expect(await list('state=waiting&search=%00')).toMatchObject({ jobs: [], total: 0 });
    expect(await list('state=failed&page=1000000')).toMatchObject({ jobs: [], total: 0 });
  });

  it.each(['delayed', 'prioritized'])('lists %s jobs newest first, whichever is due first', async (state) => {
    const options = (index: number) =>
      state === 'delayed' ? { delay: 900_000 - index * 60_000 } : { priority: index + 1 };
    for (const index of [0, 1, 2, 3]) {
      const created = { jobId: `job-${index}`, timestamp: Date.now() - 10_000 + index };
      await api.queues.get('cleanup')!.add('clean', oldLogs, { ...options(index), ...created });
    }
    const page = async (query: string) => {
      const { data } = (await api.call('get', `${base}/cleanup/jobs?state=${state}&${query}`).expect(200)).body;
      return [data.jobs.map(({ id }: { id: string }) => id), data.total];
    };
    expect(await page('')).toEqual([['job-3', 'job-2', 'job-1', 'job-0'], 4]);
    expect(await page('limit=3&page=2')).toEqual([['job-0'], 4]);
    expect(await page('search=job-&limit=2')).toEqual([['job-3', 'job-2'], 4]);
  });

  it.each([
    ['rebuild', { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 'from must be before to'],
    ['rebuild', { from: '2026-02-01T00:00:00Z', to: '+010000-01-01T00:00:00Z' }, 'to must be'],
    [
      'HOURLY_ROLLUP',
      { startTime: '2026-02-01T00:00:00Z', endTime: '2026-02-01T00:00:00Z' },
      'startTime must be before',
    ],
    ['publisher', { startDate: '2026-02-01', endDate: '2026-01-01', granularity: 'day' }, 'startDate must be before'],
    ['revenue', { periodType: 'month', period: '9999-01-01' }, 'period'],
    ['tournaments', { periodType: 'year', period: '1999-12-31' }, 'period'],
    ['cohorts', { cohortMonth: '9999-01' }, 'cohortMonth must be between 2000-01-01 and'],
    ['DAILY_ROLLUP', { date: '0001-01-01' }, 'date must be between'],
    ['roll', { site_id: 'no such/site' }, 'site_id must contain only'],
    ['all', { site_id: '' }, 'site_id'],
  ])('refuses job %s with %j, which could never succeed', async (jobName, data, reason) => {
    const refused = await api.call('post', `${base}/analytics-aggregation/jobs`).send({ jobName, data }).expect(400);
    expect(refused.body.error.message).toContain(reason);
  });

  it('refuses data nested deep enough to overflow the stack', async () => {
    const data = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    const refused = await api
      .call('post', `${base}/cleanup/jobs`)
      .set('content-type', 'application/json')
      .send(`{"jobName":"clean","data":${data}}`)
      .expect(400);
    expect(refused.body.error.message).toContain('nested too deep');
  });

  it.each([
    ['report-generation', 'GENERATE_REPORT', { ...export_, dataType: undefined, reportType: 'COST_ANALYSIS' }],
    ['data-export', 'EXPORT_DATA', export_],
  ])('accepts a job of queue %s by its friendly name', async (queue, jobName, data) => {
    const taken = await api.call('post', `${base}/${queue}/jobs`).send({ jobName, data }).expect(201);
    expect(taken.body.data).toMatchObject({ queueName: queue, jobName });
  });

  it('lists the fields of a job if one is missing or unknown', async () => {
    const refused = async (jobName: string, data: object) =>
      (await api.call('post', `${base}/analytics-aggregation/jobs`).send({ jobName, data }).expect(400)).body.error;
    expect(await refused('revenue', {})).toMatchObject({
      message:
        'The data of job "revenue" is invalid: periodType is required. It takes site_id (optional), periodType (day, week, month, quarter, year), period (optional), at (optional).',
      details: { field: 'data.periodType' },
    });
    expect((await refused('cohorts', { periodType: 'day' })).message).toBe(
      'The data of job "cohorts" is invalid: periodType is not allowed. It takes site_id (optional), cohortMonth (optional).',
    );
  });

  it('removes old records of finished jobs, but not failed jobs with events', async () => {
    fail('cleanup', () => 'no');
    await add('cleanup', 'clean', oldLogs);
    await failedCount('cleanup', 1);
    const clean = async (gracePeriod: number) =>
      (await api.call('post', `${base}/cleanup/clean`).send({ gracePeriod }).expect(200)).body.data.removed;
    expect(await clean(3_600)).toBe(0);
    await eventually(async () => (await clean(0)) === 1, 'the record has a positive age');
    expect(await cleanQueue(api.queues.get('event-ingest')!, 0)).toBe(0);
  });

  it('shows how many events a job contains, but never the events, and refuses to remove it', async () => {
    const data = { v: 1, count: 1, events: '[{"user_id":"ada"}]' };
    await api.queues.get('event-ingest')!.add('events', data, { jobId: 'batch' });
    const shown = await api.call('get', `${base}/event-ingest/jobs/batch`).expect(200);
    expect(shown.body.data.data).toEqual({ count: 1, characters: 19 });
    expect((await api.call('get', `${base}/event-ingest/jobs?state=waiting&search=ada`)).body.data.total).toBe(0);
    await api.call('delete', `${base}/event-ingest/jobs/batch`).expect(409);
    await api.call('post', `${base}/event-ingest/jobs`).send({ jobName: 'events', data }).expect(400);
  });

  it('records who changed what', async () => {
    const id = await add('cleanup', 'clean', oldLogs);
    await api.call('delete', `${base}/cleanup/jobs/${id}`).expect(200);
    const audit = (await api.call('get', '/api/v1/audit?limit=2').expect(200)).body.data;
    expect(audit).toMatchObject([
      { key_name: 'tester', action: 'job.remove', target: `cleanup/${id}` },
      { key_name: 'tester', action: 'job.add', target: `cleanup/${id}`, details: { jobName: 'clean', data: oldLogs } },
    ]);
    expect((await api.call('get', '/api/v1/audit?action=queue.pause%00').expect(200)).body.success).toBe(true);
  });

  it('does not record refused changes', async () => {
    const rows = async () => (await database.pool.query('select count(*)::int from audit_log')).rows[0].count;
    const id = await add('cleanup', 'clean', oldLogs);
    await api.queues.get('event-ingest')!.add('events', { v: 1, count: 1, events: '[{}]' }, { jobId: 'kept' });
    const before = await rows();
    await api.call('post', `${base}/cleanup/jobs/${id}/retry`).expect(409);
    await api.call('delete', `${base}/event-ingest/jobs/kept`).expect(409);
    await api.call('post', `${base}/cleanup/jobs`).send({ jobName: 'clean', data: {} }).expect(400);
    expect(await rows()).toBe(before);
  });

  it('changes nothing if the audit log cannot be written', async () => {
    const id = await add('cleanup', 'clean', oldLogs);
    await database.pool.query('alter table audit_log rename to hidden');
    await api.call('post', `${base}/cleanup/pause`).expect(500);
    await api.call('delete', `${base}/cleanup/jobs/${id}`).expect(500);
    await api.call('post', `${base}/cleanup/jobs`).send({ jobName: 'clean', data: oldLogs }).expect(500);
    await database.pool.query('alter table hidden rename to audit_log');
    expect(await checkQueue(api.queues.get('cleanup')!)).toMatchObject({ metrics: { is_paused: false, waiting: 1 } });
  });

  it('performs one of two concurrent retries or removals, and refuses the other', async () => {
    fail('data-export', () => 'no');
    for (const jobId of ['retried', 'removed'])
      await api.queues.get('data-export')!.add('EXPORT_DATA', export_, { jobId });
    await failedCount('data-export', 2);
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
    const twice = (method: 'post' | 'delete', path: string) =>
      Promise.all([1, 2].map(async () => (await api.call(method, `${base}/data-export/jobs/${path}`)).status));
    expect((await twice('post', 'retried/retry')).sort()).toEqual([200, 409]);
    // On Redis, removing a job that is already gone succeeds.
    const removals = await twice('delete', 'removed');
    expect(removals).toContain(200);
    expect([200, 404, 409]).toEqual(expect.arrayContaining(removals));
    expect(await api.queues.get('data-export')!.getJobCountByTypes('waiting', 'failed')).toBe(1);
  });

  it('neither removes nor retries a job that started after it was checked', async () => {
    let end = () => {};
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    const queue = api.queues.get('cleanup')!;
    const deps = { location: location(), logger: silent, telemetry: createTelemetry(), limiter: null };
    workers.push(startJobWorker('cleanup', deps, () => held.then(() => ({ removed: {}, kept: [] }))));
    await add('cleanup', 'clean', oldLogs);
    await eventually(async () => (await queue.getActiveCount()) === 1, 'the job is active');
    const [job] = await queue.getActive();
    await api.call('delete', `${base}/cleanup/jobs/${job!.id}`).expect(409);
    await expect(removeJob(job!)).rejects.toMatchObject({ code: 'conflict' });
    await expect(retryJob(job!)).rejects.toMatchObject({ code: 'conflict' });
    end();
    await eventually(async () => (await queue.getActiveCount()) === 0, 'the job ended');
  });

  it('counts and lists the jobs of a paused queue as waiting, newest first', async () => {
    await api.call('post', `${base}/cleanup/pause`).expect(200);
    for (const jobId of ['a', 'b', 'c']) await api.queues.get('cleanup')!.add('clean', oldLogs, { jobId });
    const { jobs, total } = (await api.call('get', `${base}/cleanup/jobs?state=waiting`).expect(200)).body.data;
    expect(jobs.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual([
      ['c', 'waiting'],
      ['b', 'waiting'],
      ['a', 'waiting'],
    ]);
    expect(total).toBe(3);
    await api.call('post', `${base}/cleanup/resume`).expect(200);
  });

  it('reads few event jobs at a time, because each may have megabytes', async () => {
    const queue = api.queues.get('event-ingest')!;
    for (let index = 0; index < 20; index += 1) {
      await queue.add('events', { v: 1, count: 1, events: '[{}]' }, { jobId: `batch-${index}` });
    }
    let reading = 0;
    let most = 0;
    const watched: Queue = Object.create(queue, {
      getJobs: { value: () => Promise.reject(new Error('reads all at once')) },
      getJob: {
        value: async (id: string) => {
          most = Math.max(most, ++reading);
          const job = await queue.getJob(id);
          reading -= 1;
          return job;
        },
      },
    });
    const page = { page: 1, limit: 50 };
    expect(await findJobs(watched, 'waiting', page, 'batch-1')).toMatchObject({ total: 11, searched: 20 });
    expect((await findJobs(watched, 'waiting', page)).jobs).toHaveLength(20);
    expect(most).toBe(4);
  });

  it('ends a search at its time limit, with the results so far', async () => {
    for (const jobId of ['a', 'b', 'c']) await api.queues.get('cleanup')!.add('clean', oldLogs, { jobId });
    const read = async (limits: { jobs: number; ms: number }) => {
      const ids: string[] = [];
      for await (const { id } of newestJobs(api.queues.get('cleanup')!, 'waiting', limits)) ids.push(id!);
      return ids;
    };
    expect(await read({ jobs: 2, ms: 60_000 })).toEqual(['c', 'b']);
    expect(await read({ jobs: 5_000, ms: 0 })).toEqual(['c']);
  });

  it('lists the recurring jobs of a queue', async () => {
    await database.pool.query(`insert into schedules (id, name, queue, job, cron, timezone, catch_up)
      values ('nightly', 'Nightly', 'cleanup', 'clean', '0 3 * * *', 'UTC', 'none') on conflict do nothing`);
    const { schedules } = (await api.call('get', `${base}/cleanup/recurring`).expect(200)).body.data;
    expect(schedules).toMatchObject([{ id: 'nightly', job: 'clean', cron: '0 3 * * *', enabled: true }]);
  });

  it.each([
    ['get', '/nonsense/metrics', undefined, 404],
    ['get', '/__proto__/metrics', undefined, 404],
    ['get', '/%00/metrics', undefined, 404],
    ['get', '/cleanup/jobs/%00', undefined, 404],
    ['get', '/cleanup/jobs/..%2f..%2fetc', undefined, 404],
    ['get', `/cleanup/jobs/${'x'.repeat(2_000)}`, undefined, 404],
    ['get', '/cleanup/jobs?state=unknown', undefined, 400],
    ['get', '/cleanup/jobs?page=0', undefined, 400],
    ['get', '/cleanup/jobs?limit=1e9', undefined, 400],
    ['get', '/cleanup/jobs?search=a&search=b', undefined, 400],
    ['get', '/cleanup/jobs?extra=1', undefined, 400],
    ['post', '/cleanup/jobs', {}, 400],
    ['post', '/cleanup/jobs', [], 400],
    ['post', '/cleanup/jobs', { jobName: 'sweep', data: {} }, 400],
    ['post', '/cleanup/jobs', { jobName: 'clean', data: { type: 'all' } }, 400],
    ['post', '/cleanup/jobs', { jobName: 'clean', data: oldLogs, options: { priority: -1 } }, 400],
    ['post', '/cleanup/jobs', { jobName: 'clean', data: oldLogs, options: { delay: '5' } }, 400],
    ['post', '/cleanup/jobs', { jobName: 'clean', data: oldLogs, options: { repeat: { every: 1 } } }, 400],
    ['post', '/cache-warming/jobs', { jobName: 'warm', data: { cacheKeys: ['a\0b'] } }, 400],
    ['post', '/cache-warming/jobs', { jobName: 'warm', data: { cacheKeys: ['\ud800'] } }, 400],
    ['post', '/cleanup/clean', { gracePeriod: -1 }, 400],
    ['post', '/cleanup/clean', {}, 400],
    ['post', '/cleanup/failed/retry', { cause: 7 }, 400],
    ['delete', '/cleanup/jobs/unknown', undefined, 404],
  ] as const)('answers %s %s %j with %d and the error body', async (method, path, body, status) => {
    const answer = await api.call(method, `${base}${path}`).send(body as object);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({
      success: false,
      error: { code: expect.any(String), message: expect.any(String) },
    });
  });

  it('requires an admin key for all sites', async () => {
    const keys = { read: await api.newKey({ scopes: ['read'] }), bound: await api.newKey({ siteId: 'demo' }) };
    await api.call('get', `${base}/metrics`, keys.read).expect(403);
    await api.call('get', `${base}/metrics`, keys.bound).expect(403);
    await api.call('get', `${base}/metrics`, 'mr_nonsense').expect(401);
  });
});

it('removes the parts of an error that differ between jobs', () => {
  const id = '0190a5b0-7c3d-7000-8000-0123456789ab';
  expect(causeOf(`site "a" of ${id} took 12.5 ms, not 'b'`)).toBe(`site "…" of <id> took #.# ms, not '…'`);
  expect(causeOf(`can't read a, won't read b`)).toBe(`can't read a, won't read b`);
  expect(causeOf(`"${'a'.repeat(400)}" is full`)).toBe(causeOf(`"${'b'.repeat(900)}" is full`));
});

it('reports an unreachable queue instead of waiting', async () => {
  const database = await createTestDatabase();
  const mute = createServer(() => {}).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const { port } = mute.address() as AddressInfo;
  const queues = openQueues({ kind: 'redis', url: `redis://127.0.0.1:${port}`, prefix: 'away' }, silent);
  const keys = createKeyRing(database.pool, silent);
  const { key } = await createKey(database.pool, { name: 'tester', scopes: ['admin'] });
  const app = buildServiceApp(
    { logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false },
    (express) => express.use('/api/v1', requireScope(keys, 'admin')).use(queuesRoutes({ pool: database.pool, queues })),
  );
  const ask = (method: 'get' | 'post', path: string) =>
    request(app)[method](`${base}${path}`).set('authorization', `Bearer ${key}`);
  const answers = await Promise.all([
    ask('get', '/metrics'),
    ask('get', '/cleanup/metrics'),
    ask('post', '/cleanup/pause'),
  ]);
  expect(answers.map(({ status, body }) => [status, body.error.code])).toEqual([
    [503, 'queue_unavailable'],
    [503, 'queue_unavailable'],
    [503, 'queue_unavailable'],
  ]);
  expect(await checkQueue(queues.get('cleanup')!)).toEqual({ healthy: false });
  expect((await database.pool.query('select from audit_log')).rowCount).toBe(0);
  await queues.close();
  await keys.close();
  mute.close();
  await database.drop();
});

import { appRoutes } from '@bull-board/api/dist/routes.js';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { startJobWorker } from '@millrace/shared/queue/job-worker';
import { createQueue } from '@millrace/shared/queue/queue';
import { queueBackends, silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { boardActions } from '../../src/admin/board-actions.js';
import { describeBoardError } from '../../src/admin/board-errors.js';
import { type AdminService, addFailedJob, auditRows, startAdminService } from './admin-service.js';

interface BoardJob {
  id: string;
  name: string;
  data: unknown;
  opts: object;
}

interface BoardQueue {
  name: string;
  counts: Record<string, number>;
  isPaused: boolean;
  jobs: BoardJob[];
}

const api = '/admin/queues/api';

function caller(service: () => AdminService) {
  return async (method: string, path: string, body?: object) => {
    const response = await fetch(service().url + api + path, {
      method,
      headers: { authorization: `Bearer ${service().keys.admin.key}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
}

describe.each(queueBackends)('on %s', (backend) => {
  let service: AdminService;
  const call = caller(() => service);
  const queue = (name: string) => service.queues.get(name)!;
  const stateOf = async (name: string, id: string) => (await queue(name).getJob(id))?.getState();
  const show = async (name: string, status: string): Promise<BoardQueue> => {
    const { body } = await call('GET', `/queues?activeQueue=${name}&status=${status}&page=1&jobsPerPage=10`);
    return body.queues.find((each: BoardQueue) => each.name === name);
  };
  beforeAll(async () => {
    service = await startAdminService({ backend });
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    await service.database.pool.query('truncate audit_log');
    await queue('cleanup').drain(true);
    await queue('cleanup').clean(0, 100, 'failed');
  });

  it('shows every queue, and the jobs of every state', async () => {
    const add = (jobId: string, options = {}) =>
      queue('metrics-calculation').add('calculate', { metricType: 'quality' }, { jobId, ...options });
    await add('plain');
    await add('late', { delay: 600_000 });
    await add('urgent', { priority: 5 });
    await addFailedJob(service, 'broken');
    const { status, body } = await call('GET', '/queues');
    expect([status, body.queues.map(({ name }: BoardQueue) => name)]).toEqual([200, service.queues.names]);
    const idsOf = async (name: string, state: string) => (await show(name, state)).jobs.map(({ id }) => id);
    expect(await idsOf('metrics-calculation', 'waiting')).toEqual(['plain']);
    expect(await idsOf('metrics-calculation', 'delayed')).toEqual(['late']);
    expect(await idsOf('metrics-calculation', 'prioritized')).toEqual(['urgent']);
    expect((await idsOf('metrics-calculation', 'latest')).sort()).toEqual(['late', 'plain', 'urgent']);
    for (const state of ['active', 'completed', 'waiting-children']) {
      expect(await idsOf('metrics-calculation', state)).toEqual([]);
    }
    expect(await idsOf('cleanup', 'failed')).toEqual(['broken']);
  });

  it('shows a job, its log, its flow, and the backend of the queue', async () => {
    await queue('cleanup').add('clean', { type: 'temp_files' }, { jobId: 'seen' });
    const { body } = await call('GET', '/queues/cleanup/seen');
    expect([body.status, body.job.name, body.job.data]).toEqual(['waiting', 'clean', { type: 'temp_files' }]);
    expect(await call('GET', '/queues/cleanup/seen/logs')).toEqual({ status: 200, body: [] });
    expect((await call('GET', '/queues/cleanup/seen/flow')).status).toBe(200);
    for (const part of ['metrics', 'workers', 'rate-limit', 'default-job-options']) {
      expect([part, (await call('GET', `/queues/cleanup/${part}`)).status]).toEqual([part, 200]);
    }
    expect((await call('GET', '/job-schedulers')).status).toBe(200);
    const stats = await call('GET', '/redis/stats');
    expect([stats.status, stats.body.backend]).toEqual([200, backend]);
    expect(await auditRows(service)).toEqual([]);
  });

  it('retries, promotes, reprioritizes and removes a job, and records who did it', async () => {
    await addFailedJob(service, 'again');
    await queue('cleanup').add('clean', { type: 'old_logs' }, { jobId: 'later', delay: 600_000 });
    expect((await call('PUT', '/queues/cleanup/again/retry')).status).toBe(204);
    expect(await stateOf('cleanup', 'again')).toBe('waiting');
    expect((await call('PUT', '/queues/cleanup/later/promote')).status).toBe(204);
    expect(await stateOf('cleanup', 'later')).toBe('waiting');
    expect((await call('PATCH', '/queues/cleanup/later/priority', { priority: 7 })).status).toBe(200);
    expect(await stateOf('cleanup', 'later')).toBe('prioritized');
    expect((await call('PUT', '/queues/cleanup/later/clean')).status).toBe(204);
    expect(await stateOf('cleanup', 'later')).toBeUndefined();
    const by = (action: string, target: string, details = {}) => ({ key_name: 'Ada', action, target, details });
    expect(await auditRows(service)).toEqual([
      by('job.retry', 'cleanup/again'),
      by('job.promote', 'cleanup/later'),
      by('job.prioritize', 'cleanup/later', { priority: 7 }),
      by('job.remove', 'cleanup/later'),
    ]);
  });

  it('pauses, resumes, retries and cleans whole queues', async () => {
    await addFailedJob(service, 'one-of-all');
    expect((await call('PUT', '/queues/cleanup/pause')).status).toBe(200);
    expect((await show('cleanup', 'failed')).isPaused).toBe(true);
    expect((await call('PUT', '/queues/cleanup/resume')).status).toBe(200);
    expect(await queue('cleanup').isPaused()).toBe(false);
    expect((await call('PUT', '/queues/pause')).status).toBe(200);
    expect(await queue('data-export').isPaused()).toBe(true);
    expect((await call('PUT', '/queues/resume')).status).toBe(200);
    expect((await call('PUT', '/queues/cleanup/retry/failed')).body).toEqual({ retried: 1, skipped: 0 });
    expect((await call('PUT', '/queues/cleanup/clean/failed')).status).toBe(200);
    expect((await call('PUT', '/queues/cleanup/empty')).status).toBe(200);
    expect((await show('cleanup', 'waiting')).counts.waiting).toBe(0);
    expect((await auditRows(service)).map((row) => Object.values(row).slice(1))).toEqual([
      ['queue.pause', 'cleanup', {}],
      ['queue.resume', 'cleanup', {}],
      ['queue.pause', '*', {}],
      ['queue.resume', '*', {}],
      ['queue.retry', 'cleanup', { queueStatus: 'failed' }],
      ['queue.clean', 'cleanup', { queueStatus: 'failed' }],
      ['queue.empty', 'cleanup', {}],
    ]);
  });

  it('limits a queue within sensible bounds, and removes the limit', async () => {
    const limit = (path: string, body: object) => call('PUT', `/queues/cleanup/${path}`, body);
    for (const concurrency of [1e99, -1, 1.5, 1_001, '3', null, undefined]) {
      expect([concurrency, (await limit('concurrency', { concurrency })).status]).toEqual([concurrency, 400]);
    }
    for (const [max, duration] of [
      [1, 1e15],
      [0, 1_000],
      [1e9, 1_000],
      [1, 0],
      [1, undefined],
      [1.5, 1_000],
      [undefined, 1],
    ]) {
      expect([max, duration, (await limit('rate-limit', { max, duration })).status]).toEqual([max, duration, 400]);
    }
    expect(await auditRows(service)).toEqual([]);
    expect((await limit('concurrency', { concurrency: 2 })).status).toBe(200);
    expect(await queue('cleanup').getGlobalConcurrency()).toBe(2);
    expect((await limit('concurrency', { concurrency: 0 })).status).toBe(200);
    expect(await queue('cleanup').getGlobalConcurrency()).toBeNull();
    expect((await limit('rate-limit', { max: 1, duration: 3_600_000 })).status).toBe(200);
    expect(await queue('cleanup').getGlobalRateLimit()).toEqual({ max: 1, duration: 3_600_000 });
    const done: string[] = [];
    const deps = { location: service.location, logger: silent, telemetry: createTelemetry(), limiter: null };
    const worker = startJobWorker('cleanup', deps, async (job) => void done.push(job.id!));
    for (const jobId of ['one', 'two']) await queue('cleanup').add('clean', { type: 'temp_files' }, { jobId });
    await eventually(async () => done.length === 1, 'the limit is reached');
    expect((await limit('rate-limit', { max: null })).status).toBe(200);
    expect(await queue('cleanup').getGlobalRateLimit()).toBeNull();
    await worker.close();
    const other = startJobWorker('cleanup', deps, async (job) => void done.push(job.id!));
    await eventually(async () => done.length === 2, 'the limit is removed');
    await other.close();
  });

  it('does not delay a job by more than a year or give it an invalid priority', async () => {
    await queue('cleanup').add('clean', { type: 'old_logs' }, { jobId: 'moved', delay: 600_000 });
    const move = async (part: string, body: object) =>
      (await call('PATCH', `/queues/cleanup/moved/${part}`, body)).status;
    for (const runAt of [1e99, Date.now() + 400 * 86_400_000, -1, 'soon'])
      expect(await move('delay', { runAt })).toBe(400);
    for (const priority of [2_097_152, -1, 0.5]) expect(await move('priority', { priority })).toBe(400);
    expect(await move('delay', { runAt: Date.now() + 60_000 })).toBe(200);
  });

  it('adds a job according to its contract, with the options of its queue instead of those in the form', async () => {
    const options = { delay: 60_000, attempts: 99, jobId: 'mine' };
    const { status, body } = await call('POST', '/queues/metrics-calculation/add', {
      name: 'calculate',
      data: { metricType: 'revenue' },
      options,
    });
    expect([status, body.status]).toEqual([200, 'delayed']);
    expect(body.job.data).toEqual({ metricType: 'revenue', periodType: 'hour', period: 'previous' });
    expect(body.job.opts).toMatchObject({ attempts: 3, delay: 60_000 });
    expect(body.job.id).not.toBe('mine');
  });

  it('refuses unknown jobs and invalid data, and records nothing', async () => {
    const added = await call('POST', '/queues/cleanup/add', { name: 'clean', data: { type: 'everything' } });
    expect(added.status).toBe(400);
    expect(added.body.message).toContain('The data of job "clean" is invalid: type must be one of');
    expect((await call('POST', '/queues/cleanup/add', { name: 'dig', data: {} })).status).toBe(400);
    await queue('cleanup').add('clean', { type: 'old_logs' }, { jobId: 'edited' });
    const edit = (jobData: object) => call('PATCH', '/queues/cleanup/edited/update-data', { jobData });
    expect((await edit({ type: 'old_logs', olderThan: -1 })).status).toBe(400);
    expect(await auditRows(service)).toEqual([]);
    expect((await edit({ type: 'old_logs', olderThan: 9 })).status).toBe(200);
    expect((await queue('cleanup').getJob('edited'))?.data).toEqual({ type: 'old_logs', olderThan: 9 });
    expect((await call('PATCH', '/queues/cleanup/unknown/update-data', { jobData: {} })).status).toBe(404);
  });

  it('never loses, shows or changes accepted events', async () => {
    const data = { v: 1, count: 2, events: '[{"path":"/secret"},{"path":"/secret"}]' };
    await queue('event-ingest').add('events', data, { jobId: 'batch' });
    const { jobs } = await show('event-ingest', 'waiting');
    expect(jobs[0]!.data).toEqual({ count: 2, characters: 39 });
    expect(JSON.stringify((await call('GET', '/queues/event-ingest/batch')).body)).not.toContain('/secret');
    const refused: [string, string, object?][] = [
      ['PUT', '/empty'],
      ['PUT', '/EMPTY/'],
      ['PUT', '/obliterate', { force: true }],
      ['PUT', '/clean/wait'],
      ['PUT', '/clean/failed'],
      ['PUT', '/batch/clean'],
      ['PATCH', '/batch/update-data', { jobData: data }],
      ['POST', '/add', { name: 'events', data }],
    ];
    await queue('event-ingest').pause();
    for (const [method, path, body] of refused) {
      expect([path, (await call(method, `/queues/event-ingest${path}`, body)).status]).toEqual([path, 403]);
    }
    expect((await queue('event-ingest').getJob('batch'))?.data).toEqual(data);
    expect(await auditRows(service)).toEqual([]);
    expect((await call('PUT', '/queues/event-ingest/resume')).status).toBe(200);
  });

  it('changes nothing if the audit log cannot be written', async () => {
    await service.database.pool.query('alter table audit_log rename to hidden');
    const { status, body } = await call('PUT', '/queues/cleanup/pause');
    await service.database.pool.query('alter table hidden rename to audit_log');
    expect([status, body.message]).toEqual([500, 'The change could not be checked and recorded, so it was not made.']);
    expect(await queue('cleanup').isPaused()).toBe(false);
  });

  it('shows why BullMQ refuses a change', async () => {
    await queue('cleanup').add('clean', { type: 'old_logs' }, { jobId: 'waits' });
    const promoted = await call('PUT', '/queues/cleanup/waits/promote');
    expect(promoted.status).toBe(400);
    expect(promoted.body.message).toContain('waits');
    const malformed = await fetch(`${service.url}${api}/queues/cleanup/add`, {
      method: 'POST',
      headers: { authorization: `Bearer ${service.keys.admin.key}`, 'content-type': 'application/json' },
      body: '{',
    });
    expect(malformed.status).toBe(400);
  });
});

it('shows the current queue object after it was reopened', async () => {
  let current: ReturnType<typeof createQueue> | undefined;
  const service = await startAdminService({
    replaceQueues: (queues) => ({
      ...queues,
      get: (name) => (name === 'cleanup' && current ? current : queues.get(name)),
    }),
  });
  const call = caller(() => service);
  const waiting = async () =>
    (await call('GET', '/queues')).body.queues.find(({ name }: BoardQueue) => name === 'cleanup').counts.waiting;
  expect(await waiting()).toBe(0);
  const old = service.queues.get('cleanup')!;
  current = createQueue('cleanup', service.location, silent);
  await old.close();
  await current.add('clean', { type: 'old_logs' }, { jobId: 'new' });
  expect(await waiting()).toBe(1);
  await current.close();
  await service.stop();
});

it('hides the details of an unexpected error', () => {
  const lost = Object.assign(new Error('connect ECONNREFUSED 10.0.0.5:5432'), { code: 'ECONNREFUSED' });
  expect(describeBoardError(silent)(lost)).toEqual({
    status: 500,
    body: { error: { key: 'ERRORS.INTERNAL_SERVER_ERROR' } },
  });
});

it('covers every change that Bull Board offers, except job schedulers, which are not used', () => {
  const changes = appRoutes.api
    .map(({ method, route }) => `${method} ${route}`)
    .filter((change) => !change.startsWith('get ') && !change.includes('/job-schedulers/'));
  expect(Object.keys(boardActions).sort()).toEqual(changes.sort());
});

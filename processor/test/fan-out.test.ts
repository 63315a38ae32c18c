import type { FanOutResult } from '@millrace/shared/contract/job-results';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { addFlow } from '@millrace/shared/queue/add-flow';
import { addJob, addJobs } from '@millrace/shared/queue/add-job';
import { type HandleJob, type RunningWorker, startJobWorker } from '@millrace/shared/queue/job-worker';
import { openFlows, openQueue, type QueueHandle } from '@millrace/shared/queue/queue';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fanOut } from '../src/jobs/fan-out.js';

const sites = Array.from({ length: 50 }, (_, index) => `site-${String(index).padStart(2, '0')}`);
const retry = { maxAttempts: 2, backoffMs: 10 };

describe.each(queueBackends)('on %s', (backend) => {
  let database: TestDatabase;
  let parents: QueueHandle;
  let children: QueueHandle;
  let running: RunningWorker[];
  let location: ReturnType<typeof testQueue>;

  beforeEach(async () => {
    database = await createTestDatabase();
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((worker) => worker.close()));
    await Promise.all([parents.close(), children.close()]);
    await database.drop();
  });

  const none = async () => new Map<string, number>();
  async function start(
    work: HandleJob<object>,
    findSites = async () => sites,
    prioritiesOf: (sites: string[]) => Promise<Map<string, number>> = none,
  ): Promise<void> {
    location = testQueue(backend, database);
    parents = openQueue('analytics-aggregation', location, silent);
    children = openQueue('site-aggregation', location, silent);
    await Promise.all([parents.queue.waitUntilReady(), children.queue.waitUntilReady()]);
    const deps = { location, logger: silent, telemetry: createTelemetry(), limiter: null };
    running.push(
      startJobWorker('analytics-aggregation', deps, (job, token) =>
        fanOut(job, token, { queue: children.queue, retry, findSites, prioritiesOf }),
      ),
      startJobWorker('site-aggregation', deps, work),
    );
  }

  async function resultOf(id: string): Promise<FanOutResult> {
    await eventually(async () => (await parents.queue.getJobState(id)) === 'completed', `${id} is done`);
    return (await parents.queue.getJob(id))!.returnvalue;
  }

  it('reports the one of fifty sites that fails, and completes the others', async () => {
    let attempts = 0;
    await start(async (job) => {
      if (job.data.site_id === 'site-20') return { skipped: 'nothing to do' };
      if (job.data.site_id !== 'site-31') return {};
      attempts += 1;
      throw new Error('this site is broken');
    });
    await addJob(parents.queue, 'all', {}, { jobId: 'one-fails' });
    expect(await resultOf('one-fails')).toEqual({
      done: sites.filter((site) => site !== 'site-31' && site !== 'site-20'),
      failed: [{ site_id: 'site-31', reason: 'this site is broken' }],
      skipped: [{ site_id: 'site-20', reason: 'nothing to do' }],
    });
    expect(attempts).toBe(2);
    expect((await parents.queue.getJob('one-fails'))!.progress).toBe(100);
  });

  it('uses no concurrency of the worker while it waits for its sites', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await start(
      async () => held.then(() => ({})),
      async () => ['a', 'b'],
    );
    for (const id of ['p1', 'p2', 'p3', 'p4']) await addJob(parents.queue, 'roll', {}, { jobId: id });
    await eventually(async () => (await parents.queue.getWaitingChildrenCount()) === 4, 'all four wait');
    release();
    for (const id of ['p1', 'p2', 'p3', 'p4']) expect((await resultOf(id)).done).toEqual(['a', 'b']);
  });

  it('keeps the sites of two jobs apart when their ids and site ids collide', async () => {
    const worked: string[] = [];
    let requestedSites = ['b-c'];
    await start(
      async (job) => {
        worked.push(`${job.parent!.id} for ${job.data.site_id}`);
        return {};
      },
      async () => requestedSites,
    );
    await addJob(parents.queue, 'all', {}, { jobId: 'a' });
    expect((await resultOf('a')).done).toEqual(['b-c']);
    requestedSites = ['c'];
    await addJob(parents.queue, 'all', {}, { jobId: 'a-b' });
    expect((await resultOf('a-b')).done).toEqual(['c']);
    expect(worked).toEqual(['a for b-c', 'a-b for c']);
  });

  it('recognizes child jobs added by the previous release', async () => {
    await start(
      async () => ({}),
      async () => {
        const parent = { id: 'old', queue: parents.queue.qualifiedName };
        const child = { name: 'all', data: { site_id: 'b-c' }, options: { jobId: 'all-old-b-c', parent } };
        await addJobs(children.queue, [child]);
        return ['b-c', 'd'];
      },
    );
    await addJob(parents.queue, 'all', {}, { jobId: 'old' });
    expect((await resultOf('old')).done).toEqual(['b-c', 'd']);
  });

  it('adds each site once if the job runs again after an interruption', async () => {
    const worked: string[] = [];
    let cut = true;
    await start(
      async (job) => {
        worked.push(job.data.site_id);
        return {};
      },
      async () => sites.slice(0, 3),
    );
    const original = children.queue.addBulk.bind(children.queue);
    children.queue.addBulk = async (jobs) => {
      const added = await original(jobs);
      if (cut) {
        cut = false;
        await eventually(async () => worked.length === 3, 'its sites were processed');
        throw new Error('connection lost after the jobs were added');
      }
      return added;
    };
    await addJob(parents.queue, 'all', {}, { jobId: 'cut-off' }, retry);
    expect((await resultOf('cut-off')).done).toEqual(sites.slice(0, 3));
    expect(worked.sort()).toEqual(sites.slice(0, 3));
  });

  it('gives each site its priority, unless the job itself has one', async () => {
    const requested: string[][] = [];
    let release = () => {};
    const held = new Promise<object>((resolve) => {
      release = () => resolve({});
    });
    await start(
      () => held,
      async () => ['a', 'b'],
      async (of) => {
        requested.push(of);
        return new Map([['b', 7]]);
      },
    );
    await addJob(parents.queue, 'all', {}, { jobId: 'plain' });
    await addJob(parents.queue, 'all', {}, { jobId: 'own', priority: 3 });
    await eventually(async () => (await parents.queue.getWaitingChildrenCount()) === 2, 'both wait for their sites');
    const priorityOf = async (id: string) => (await children.queue.getJob(id))!.priority;
    const ids = ['all-plain-~a', 'all-plain-~b', 'all-own-~a', 'all-own-~b'];
    expect(await Promise.all(ids.map(priorityOf))).toEqual([0, 7, 3, 3]);
    expect(requested).toEqual([['a', 'b']]);
    release();
    await Promise.all([resultOf('plain'), resultOf('own')]);
  });

  it('returns only its sites if it waited for other jobs before', async () => {
    await start(
      async () => ({}),
      async () => ['a'],
    );
    const flows = openFlows(location, silent);
    const part = (data: object) => ({ queue: 'site-aggregation', job: 'roll', data });
    const root = { queue: 'analytics-aggregation', job: 'all', data: {}, children: [part({ site_id: 'other' })] };
    await addFlow(flows.flows, 'flow', root, retry);
    expect(await resultOf('flow')).toEqual({ done: ['a'], failed: [], skipped: [] });
    await flows.close();
  });

  it('completes immediately without sites', async () => {
    await start(
      async () => ({}),
      async () => [],
    );
    await addJob(parents.queue, 'all', {}, { jobId: 'no-sites' });
    expect(await resultOf('no-sites')).toEqual({ done: [], failed: [], skipped: [] });
  });
});

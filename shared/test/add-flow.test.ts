/** Flows on each backend: children run first, failures are retried individually, and all jobs are added or none. */

import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { addFlow, type ChildFailure, type FlowPart, findFlowProblem } from '@millrace/shared/queue/add-flow';
import { JobDataError } from '@millrace/shared/queue/add-job';
import { type RunningWorker, startJobWorker } from '@millrace/shared/queue/job-worker';
import {
  countWaiting,
  type FlowsHandle,
  type Job,
  openFlows,
  openQueue,
  type QueueHandle,
} from '@millrace/shared/queue/queue';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { createRedisServer } from '@millrace/shared/testing/redis-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const clean = (children?: FlowPart[], onChildFailure?: ChildFailure): FlowPart => ({
  queue: 'cleanup',
  job: 'clean',
  data: { type: 'old_logs' },
  ...(onChildFailure && { onChildFailure }),
  ...(children && { children }),
});
const roll = (site_id: string): FlowPart => ({ queue: 'site-aggregation', job: 'roll', data: { site_id } });
const once = { maxAttempts: 1 };

describe.each(queueBackends)('on %s', (backend) => {
  let database: TestDatabase;
  let flows: FlowsHandle;
  let queues: Record<'cleanup' | 'site-aggregation', QueueHandle>;
  let workers: RunningWorker[];
  let worked: string[];
  let broken: Set<string>;
  let held: Promise<void> | undefined;
  let location: ReturnType<typeof testQueue>;

  beforeEach(async () => {
    database = await createTestDatabase();
    location = testQueue(backend, database);
    flows = openFlows(location, silent);
    queues = {
      cleanup: openQueue('cleanup', location, silent),
      'site-aggregation': openQueue('site-aggregation', location, silent),
    };
    for (const { queue } of Object.values(queues)) await queue.waitUntilReady();
    [workers, worked, broken, held] = [[], [], new Set(), undefined];
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    await Promise.all([flows, ...Object.values(queues)].map((handle) => handle.close()));
    await database.drop();
  });

  function work(): void {
    const deps = { location, logger: silent, telemetry: createTelemetry(), limiter: null };
    const handle = async (job: Job) => {
      if (job.id!.endsWith('.2')) await held;
      worked.push(job.id!);
      if (broken.has(job.id!)) throw new Error('broken');
      return { worked: job.id };
    };
    workers.push(startJobWorker('cleanup', deps, handle), startJobWorker('site-aggregation', deps, handle));
  }
  const add = (id: string, root: FlowPart, retry: object = once) => addFlow(flows.flows, id, root, retry);
  const stateOf = (queue: keyof typeof queues, id: string) => queues[queue].queue.getJobState(id);
  const reach = (queue: keyof typeof queues, id: string, state: string) =>
    eventually(async () => (await stateOf(queue, id)) === state, `${id} is ${state}`);

  it('runs a job when its children in several queues are done, and gives it their results', async () => {
    const added = await add('f', clean([clean([roll('a'), roll('b')]), roll('c')]));
    expect(added).toEqual({
      queue: 'cleanup',
      job: 'clean',
      id: 'f',
      children: [
        {
          queue: 'cleanup',
          job: 'clean',
          id: 'f.1',
          children: [
            { queue: 'site-aggregation', job: 'roll', id: 'f.1.1' },
            { queue: 'site-aggregation', job: 'roll', id: 'f.1.2' },
          ],
        },
        { queue: 'site-aggregation', job: 'roll', id: 'f.2' },
      ],
    });
    expect(await stateOf('cleanup', 'f.1')).toBe('waiting-children');
    work();
    await reach('cleanup', 'f', 'completed');
    expect([...worked].sort()).toEqual(['f', 'f.1', 'f.1.1', 'f.1.2', 'f.2']);
    expect(worked.indexOf('f.1')).toBeGreaterThan(Math.max(worked.indexOf('f.1.1'), worked.indexOf('f.1.2')));
    expect(worked.at(-1)).toBe('f');
    const root = (await queues.cleanup.queue.getJob('f'))!;
    const reported = Object.values(await root.getChildrenValues<{ worked: string }>());
    expect(reported.map((each) => each.worked).sort()).toEqual(['f.1', 'f.2']);
    expect(root.opts).toMatchObject({ attempts: 1, removeOnComplete: { age: 86_400, count: 1_000 } });
  });

  it('retries only the failed job, according to its contract, and then continues', async () => {
    let left = 2;
    work();
    broken.has = (id) => id === 'f.1' && left-- > 0;
    await add('f', clean([roll('a'), roll('b')]), { maxAttempts: 3, backoffMs: 1 });
    await reach('cleanup', 'f', 'completed');
    expect([...worked].sort()).toEqual(['f', 'f.1', 'f.1', 'f.1', 'f.2']);
  });

  it('waits for a permanently failed job until it is retried, without repeating others', async () => {
    broken.add('f.1');
    work();
    await add('f', clean([roll('a'), roll('b')]));
    await reach('site-aggregation', 'f.1', 'failed');
    await reach('site-aggregation', 'f.2', 'completed');
    expect(await stateOf('cleanup', 'f')).toBe('waiting-children');
    broken.clear();
    await (await queues['site-aggregation'].queue.getJob('f.1'))!.retry('failed', { resetAttemptsMade: true });
    await reach('cleanup', 'f', 'completed');
    expect(worked).toHaveLength(4);
    expect(worked.at(-1)).toBe('f');
  });

  it('continues without a permanently failed job once it is removed', async () => {
    broken.add('f.1');
    work();
    await add('f', clean([roll('a')]));
    await reach('site-aggregation', 'f.1', 'failed');
    await (await queues['site-aggregation'].queue.getJob('f.1'))!.remove();
    await reach('cleanup', 'f', 'completed');
  });

  it('keeps a permanently failed job while another waits for it, however many fail after it', async () => {
    await add('f', clean([roll('a')]));
    expect((await queues['site-aggregation'].queue.getJob('f.1'))!.opts.removeOnFail).toBe(false);
    await add('g', clean([roll('a')], 'fail'));
    expect((await queues['site-aggregation'].queue.getJob('g.1'))!.opts.removeOnFail).toEqual({
      age: 604_800,
      count: 5_000,
    });
  });

  it('fails with a permanently failed child if requested, and can be retried after the child', async () => {
    broken.add('f.1.1');
    work();
    await add('f', clean([clean([roll('a')], 'fail')], 'fail'));
    await reach('cleanup', 'f', 'failed');
    expect((await queues.cleanup.queue.getJob('f.1'))!.failedReason).toContain('f.1.1 failed');
    expect(worked).toEqual(['f.1.1']);
    broken.clear();
    for (const [queue, id] of [
      ['site-aggregation', 'f.1.1'],
      ['cleanup', 'f.1'],
      ['cleanup', 'f'],
    ] as const) {
      await (await queues[queue].queue.getJob(id))!.retry('failed', { resetAttemptsMade: true });
      await reach(queue, id, 'completed');
    }
    expect(worked).toEqual(['f.1.1', 'f.1.1', 'f.1', 'f']);
  });

  it('runs without a permanently failed child if requested, when the others are done', async () => {
    let release = () => {};
    held = new Promise((resolve) => {
      release = resolve;
    });
    broken.add('f.1');
    work();
    await add('f', clean([roll('a'), roll('b')], 'ignore'));
    await reach('site-aggregation', 'f.1', 'failed');
    expect(await stateOf('cleanup', 'f')).toBe('waiting-children');
    release();
    await reach('cleanup', 'f', 'completed');
    const root = (await queues.cleanup.queue.getJob('f'))!;
    expect(Object.values(await root.getIgnoredChildrenFailures())).toEqual(['broken']);
  });

  it('adds a flow once, however often and by however many processes, and never waits again for a failed part', async () => {
    let release = () => {};
    held = new Promise((resolve) => {
      release = resolve;
    });
    broken.add('f.1');
    const root = clean([roll('a'), roll('b')], 'ignore');
    await Promise.all([add('f', root), add('f', root), add('f', root)]);
    work();
    await reach('site-aggregation', 'f.1', 'failed');
    await add('f', root);
    release();
    await reach('cleanup', 'f', 'completed');
    await add('f', root);
    expect(await stateOf('cleanup', 'f')).toBe('completed');
    expect([...worked].sort()).toEqual(['f', 'f.1', 'f.2']);
  });

  it('adds no job of a flow if one is invalid', async () => {
    const root = clean([roll('a'), { ...roll('b'), data: { site_id: '' } }]);
    await expect(add('f', root)).rejects.toThrow(JobDataError);
    expect(await countWaiting(queues['site-aggregation'].queue)).toBe(0);
    expect(await queues.cleanup.queue.getJob('f')).toBeUndefined();
  });

  it('refuses a flow id that a part of another flow has', async () => {
    await add('f', clean([clean([clean()])]));
    for (const id of ['f.1', 'f.1.1', 'f.2', 'g.17']) {
      await expect(add(id, clean())).rejects.toThrow('is not a valid flow id');
    }
    for (const id of ['f.a', 'f.1a', 'f.1-', '.1.x']) expect(await add(id, clean())).toMatchObject({ id });
  });

  it.each(['f:1', '17', '', 'a b', '.', '..', 'failed', 'meta', 'waiting-children'])(
    'refuses the flow id %j, which the queue could not look up',
    async (id) => {
      await expect(add(id, clean())).rejects.toThrow('is not a valid flow id');
    },
  );

  it('keeps the priorities and delays of its jobs', async () => {
    await add('f', {
      ...clean([
        { ...roll('a'), options: { priority: 7 } },
        { ...roll('b'), options: { delay: 60_000 } },
      ]),
      options: { priority: 3 },
    });
    const jobs = [
      await queues.cleanup.queue.getJob('f'),
      ...(await Promise.all(['f.1', 'f.2'].map((id) => queues['site-aggregation'].queue.getJob(id)))),
    ];
    expect(jobs.map((job) => [job!.priority, job!.delay])).toEqual([
      [3, 0],
      [7, 0],
      [0, 60_000],
    ]);
  });
});

describe('the problem of a flow', () => {
  const deep = (levels: number): FlowPart => (levels === 1 ? roll('a') : clean([deep(levels - 1)]));
  const wide = (jobs: number) => clean(Array.from({ length: jobs - 1 }, (_, index) => roll(`s${index}`)));

  it('has the position in the tree', () => {
    expect(findFlowProblem(clean([roll('a'), clean([{ ...roll('b'), data: { site_id: 5 } }])]))).toEqual({
      field: 'children.1.children.0.data.site_id',
      problem: 'The data of job "roll" is invalid: site_id must be a string.',
    });
    expect(findFlowProblem({ ...clean(), job: 'sweep' })).toMatchObject({ field: 'job' });
    expect(findFlowProblem(clean([{ ...roll('a'), queue: 'nowhere' }]))).toMatchObject({ field: 'children.0.queue' });
  });

  it('can be event jobs, which only ingestion adds', () => {
    const events = { queue: 'event-ingest', job: 'events', data: { v: 1, count: 1, events: '[]' } };
    expect(findFlowProblem(clean([events]))).toMatchObject({ problem: 'Events are sent to ingestion.' });
  });

  it('can be more than five levels or a hundred jobs', () => {
    expect(findFlowProblem(deep(5))).toBeUndefined();
    expect(findFlowProblem(deep(6))).toEqual({
      problem: 'A flow has at most 5 levels.',
      field: 'children.0.children.0.children.0.children.0.children.0',
    });
    expect(findFlowProblem(wide(100))).toBeUndefined();
    expect(findFlowProblem(wide(101))).toEqual({ problem: 'A flow has at most 100 jobs.', field: 'children.99' });
  });

  it('can be a delay of a job with children', () => {
    expect(findFlowProblem({ ...clean([roll('a')]), options: { delay: 5 } })?.field).toBe('options.delay');
    expect(findFlowProblem({ ...clean(), options: { delay: 5 } })).toBeUndefined();
  });
});

describe.runIf(queueBackends.includes('redis'))('an unreachable queue', () => {
  it('accepts flows once it is reachable, without a restart', async () => {
    const server = await createRedisServer();
    const location = { kind: 'redis', url: server.url, prefix: 'millrace' } as const;
    const flows = openFlows(location, silent, 300);
    await server.start();
    const isAdded = (id: string) =>
      addFlow(flows.flows, id, clean([roll('a')])).then(
        () => true,
        () => false,
      );
    await eventually(() => isAdded('f'), 'the first flow is added');
    await server.signal('SIGKILL');
    await server.start();
    await eventually(() => isAdded('g'), 'a flow is added after the crash');
    const queue = openQueue('cleanup', location, silent);
    await queue.queue.waitUntilReady();
    expect(await queue.queue.getWaitingChildrenCount()).toBe(2);
    await Promise.all([flows.close(), queue.close()]);
    await server.remove();
  });
});

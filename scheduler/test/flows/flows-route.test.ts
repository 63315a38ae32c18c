import type { QueueLocation } from '@millrace/shared/platform/config';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { type RunningWorker, startJobWorker } from '@millrace/shared/queue/job-worker';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { flowsRoutes } from '../../src/routes/flows-route.js';
import { queuesRoutes } from '../../src/routes/queues-route.js';
import { type AdminApi, openAdminApi } from '../admin-api.js';

const url = '/api/v1/flows';
const retry = { maxAttempts: 1 };
const roll = (site_id: string) => ({ queue: 'site-aggregation', job: 'roll', data: { site_id } });
const clean = { queue: 'cleanup', job: 'clean', data: { type: 'old_logs' } };

interface Part {
  id: string;
  queue: string;
  state: string;
  failedReason: string | null;
  children?: Part[];
}

describe.each(queueBackends)('on %s', (backend) => {
  let database: TestDatabase;
  let location: QueueLocation;
  let api: AdminApi;
  let workers: RunningWorker[];
  let broken: Set<string>;

  beforeAll(async () => {
    database = await createTestDatabase();
    location = testQueue(backend, database);
    api = await openAdminApi(database, location, (deps) => [
      flowsRoutes({ ...deps, retry }),
      queuesRoutes({ ...deps, retry }),
    ]);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  beforeEach(() => {
    workers = [];
    broken = new Set();
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    for (const { queue } of api.queues.handles) await queue.obliterate({ force: true });
  });

  function work(): void {
    const deps = { location, logger: silent, telemetry: createTelemetry(), limiter: null };
    for (const queue of ['cleanup', 'site-aggregation'] as const) {
      const handle = async ({ id }: { id?: string | undefined }) => {
        if (broken.has(id!)) throw new Error(`${id} is broken`);
        return {};
      };
      workers.push(startJobWorker(queue, deps, handle));
    }
  }
  const add = async (body: object) => (await api.call('post', url).send(body).expect(201)).body.data;
  const show = async (queue: string, id: string): Promise<Part> =>
    (await api.call('get', `${url}/${queue}/${id}`).expect(200)).body.data;
  const states = ({ id, state, children = [] }: Part): string[] => [`${id} ${state}`, ...children.flatMap(states)];
  const reach = (id: string, expected: string[]) =>
    eventually(async () => states(await show('cleanup', id)).join() === expected.join(), expected.join());

  it('adds a tree, returns the ids of all its jobs, and shows the state of each', async () => {
    const added = await add({ ...clean, children: [roll('a'), { ...clean, children: [roll('b')] }] });
    const { id } = added;
    expect(id).toMatch(/^flow-[0-9a-f-]{36}$/);
    expect(added).toEqual({
      ...{ queue: 'cleanup', job: 'clean', id },
      children: [
        { queue: 'site-aggregation', job: 'roll', id: `${id}.1` },
        {
          ...{ queue: 'cleanup', job: 'clean', id: `${id}.2` },
          children: [{ queue: 'site-aggregation', job: 'roll', id: `${id}.2.1` }],
        },
      ],
    });
    const waiting = ['waiting-children', 'waiting', 'waiting-children', 'waiting'];
    const ids = [id, `${id}.1`, `${id}.2`, `${id}.2.1`];
    expect(states(await show('cleanup', id))).toEqual(ids.map((each, index) => `${each} ${waiting[index]}`));
    work();
    await reach(
      id,
      ids.map((each) => `${each} completed`),
    );
    expect(await show('cleanup', id)).toMatchObject({ job: 'clean', attemptsMade: 1, failedReason: null });
    const { rows } = await database.pool.query('select action from audit_log where target = $1', [`cleanup/${id}`]);
    expect(rows).toEqual([{ action: 'flow.add' }]);
  });

  it('retries only the failed part, after which the flow continues', async () => {
    broken.add('f.1');
    work();
    await add({ ...clean, id: 'f', children: [roll('a'), roll('b')] });
    await reach('f', ['f waiting-children', 'f.1 failed', 'f.2 completed']);
    expect((await show('cleanup', 'f')).children![0]).toMatchObject({ failedReason: 'f.1 is broken' });
    broken.clear();
    await api.call('post', '/api/v1/queues/site-aggregation/jobs/f.1/retry').expect(200);
    await reach('f', ['f completed', 'f.1 completed', 'f.2 completed']);
  });

  it('fails or continues with a failed part, as requested', async () => {
    broken.add('g.1').add('h.1');
    work();
    await add({ ...clean, id: 'g', onChildFailure: 'fail', children: [roll('a')] });
    await reach('g', ['g failed', 'g.1 failed']);
    await add({ ...clean, id: 'h', onChildFailure: 'ignore', children: [roll('a')] });
    await reach('h', ['h completed', 'h.1 failed']);
  });

  it('adds a flow once if it is sent again with the same id', async () => {
    const flow = { ...clean, id: 'once', children: [roll('a')] };
    expect(await add(flow)).toEqual(await add(flow));
    expect(await api.queues.get('site-aggregation')!.getJobCountByTypes('waiting')).toBe(1);
  });

  it.each([
    ['different data of the root', { data: { type: 'temp_files' }, children: [roll('a')] }],
    ['different data of a part', { children: [roll('b')] }],
    ['more parts', { children: [roll('a'), roll('b')] }],
    ['fewer parts', { children: [] }],
  ])('refuses different content under the id of an existing flow: %s', async (_what, change) => {
    const flow = { ...clean, id: 'taken', children: [roll('a')] };
    const added = await add(flow);
    const { body } = await api
      .call('post', url)
      .send({ ...flow, ...change })
      .expect(409);
    expect(body.error).toMatchObject({ code: 'conflict', details: { field: 'id' } });
    expect(await add(flow)).toEqual(added);
    expect(await api.queues.get('site-aggregation')!.getJobCountByTypes('waiting')).toBe(1);
  });

  it('gives each job the priority of its site, unless it has its own', async () => {
    await database.pool.query(`insert into sites (site_id, job_priority) values ('later', 9) on conflict do nothing`);
    const own = { ...roll('later'), options: { priority: 2 } };
    await add({ ...clean, id: 'p', children: [roll('later'), { ...clean, children: [own, roll('other')] }] });
    const priorities = ['p.1', 'p.2.1', 'p.2.2'].map(
      async (id) => (await api.queues.get('site-aggregation')!.getJob(id))!.priority,
    );
    expect(await Promise.all(priorities)).toEqual([9, 2, 0]);
  });

  it('shows up to a hundred jobs per level, in order', async () => {
    const children = Array.from({ length: 99 }, (_, index) => roll(`s${index}`));
    await add({ ...clean, id: 'wide', children });
    const { children: shown = [] } = await show('cleanup', 'wide');
    expect(shown.map(({ id }) => id)).toEqual(children.map((_, index) => `wide.${index + 1}`));
  });

  it('reports how many jobs are not shown because their records are gone', async () => {
    work();
    await add({ ...clean, id: 'gone', children: [roll('a'), roll('b')] });
    await reach('gone', ['gone completed', 'gone.1 completed', 'gone.2 completed']);
    await api.queues.get('site-aggregation')!.remove('gone.1');
    expect(await show('cleanup', 'gone')).toMatchObject({ children: [{ id: 'gone.2' }], left_out: 1 });
  });

  it.each<[object, string]>([
    [{ ...clean, children: [{ ...roll('a'), data: { site_id: '' } }] }, 'children.0.data.site_id'],
    [{ ...clean, job: 'sweep' }, 'job'],
    [{ ...clean, children: [{ ...clean, queue: 'nowhere' }] }, 'children.0.queue'],
    [{ ...clean, children: [{ queue: 'event-ingest', job: 'events', data: {} }] }, 'children.0.job'],
    [{ ...clean, children: [{ ...clean, options: { priority: -1 } }] }, 'children.0.options.priority'],
    [{ ...clean, onChildFailure: 'continue' }, 'onChildFailure'],
    [{ ...clean, id: '12' }, 'id'],
    [{ ...clean, id: 'f.1' }, 'id'],
    [{ ...clean, id: '..' }, 'id'],
    [{ ...clean, children: [{ ...roll('a'), id: 'mine' }] }, 'children.0.id'],
    [{ ...clean, children: Array(101).fill(roll('a')) }, 'children'],
    [{ job: 'clean' }, 'queue'],
  ])('refuses %j, naming %s', async (body, field) => {
    const { error } = (await api.call('post', url).send(body).expect(400)).body;
    expect(error).toMatchObject({ code: 'invalid_request', details: { field } });
  });

  it('refuses a tree that is nested too deep', async () => {
    let deep: object = clean;
    for (let level = 0; level < 45; level += 1) deep = { ...clean, children: [deep] };
    const { error } = (await api.call('post', url).send(deep).expect(400)).body;
    expect(error.message).toBe('A flow has at most 5 levels.');
  });

  it('answers 404 for an unknown job or queue', async () => {
    await api.call('get', `${url}/cleanup/nothing`).expect(404);
    await api.call('get', `${url}/nowhere/nothing`).expect(404);
    await api.call('get', `${url}/cleanup/%00`).expect(404);
  });

  it('requires an admin key for all sites', async () => {
    const key = await api.newKey({ siteId: 'a' });
    await api.call('post', url, key).send(clean).expect(403);
    await api.call('get', `${url}/cleanup/f`, key).expect(403);
  });
});

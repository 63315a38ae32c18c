/** A flow of the maximum size on each queue backend. */
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
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flowsRoutes } from '../../src/routes/flows-route.js';
import { type AdminApi, openAdminApi } from '../admin-api.js';

const url = '/api/v1/flows';
const retry = { maxAttempts: 2, backoffMs: 10 };
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** A root with nine children, each with ten children: a hundred jobs. */
const clean = { queue: 'cleanup', job: 'clean', data: { type: 'old_logs' } };
const leaf = (group: number, n: number) => ({
  queue: 'site-aggregation',
  job: 'roll',
  data: { site_id: `s${group}-${n}` },
});
const children = range(9).map((group) => ({ ...clean, children: range(10).map((n) => leaf(group, n)) }));
const flow = { ...clean, id: 'f', children };
const groupIds = range(9).map((group) => `f.${group}`);
const leafIds = groupIds.flatMap((id) => range(10).map((n) => `${id}.${n}`));

describe.each(queueBackends)('on %s', (backend) => {
  let database: TestDatabase;
  let location: QueueLocation;
  let api: AdminApi;
  let workers: RunningWorker[];
  /** Ids in the order in which jobs started and succeeded. */
  let begun: string[];
  let ended: string[];
  let broken: Map<string, number>;

  beforeEach(async () => {
    database = await createTestDatabase();
    location = testQueue(backend, database);
    api = await openAdminApi(database, location, (deps) => [flowsRoutes({ ...deps, retry })]);
    [workers, begun, ended, broken] = [[], [], [], new Map()];
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    await api.close();
    await database.drop();
  });

  /** One job per queue at a time, so that the order is deterministic. */
  function work(): void {
    const deps = { location, logger: silent, telemetry: createTelemetry(), limiter: null, concurrency: 1 };
    for (const queue of ['cleanup', 'site-aggregation'] as const) {
      const handle = async ({ id }: { id?: string | undefined }) => {
        begun.push(id!);
        const failures = broken.get(id!) ?? 0;
        broken.set(id!, failures - 1);
        if (failures > 0) throw new Error(`${id} is broken`);
        ended.push(id!);
        return {};
      };
      workers.push(startJobWorker(queue, deps, handle));
    }
  }
  const isDone = () => eventually(async () => ended.includes('f') || ended.length, 'the root is done');

  it('is added once however often it is sent, and every job runs once, in order', async () => {
    const send = () => api.call('post', url).send(flow).expect(201);
    const answers = await Promise.all([send(), send(), send()]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    work();
    await isDone();
    await send();
    expect(begun.filter((id) => leafIds.includes(id))).toEqual(leafIds);
    expect([...ended].sort()).toEqual(['f', ...groupIds, ...leafIds].sort());
    expect(begun).toHaveLength(100);
    for (const group of groupIds) {
      const last = Math.max(...range(10).map((n) => ended.indexOf(`${group}.${n}`)));
      expect(ended.indexOf(group)).toBeGreaterThan(last);
    }
    expect(ended.at(-1)).toBe('f');
  });

  it('retries only the failed child', async () => {
    broken.set('f.3.7', 1);
    await api.call('post', url).send(flow).expect(201);
    work();
    await isDone();
    expect(begun.filter((id) => id === 'f.3.7')).toHaveLength(2);
    expect(begun).toHaveLength(101);
    expect(new Set(ended).size).toBe(100);
    expect(ended.indexOf('f.3')).toBeGreaterThan(ended.indexOf('f.3.7'));
  });

  it('is refused entirely with 101 jobs', async () => {
    const more = { ...flow, id: 'more', children: [...children, clean] };
    const { body } = await api.call('post', url).send(more).expect(400);
    expect(body.error.message).toContain('A flow has at most 100 jobs.');
    await api.call('get', `${url}/cleanup/more`).expect(404);
  });
});

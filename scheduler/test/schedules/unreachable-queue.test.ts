/** Schedules live in the database, so they can be read and changed while the queue is unreachable. */
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { createRedisServer, type RedisServer } from '@millrace/shared/testing/redis-server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { schedulesRoutes } from '../../src/routes/schedules-route.js';
import { type AdminApi, openAdminApi } from '../admin-api.js';
import { type Replica, startReplica, stopReplica } from './replicas.js';

let database: TestDatabase;
let redis: RedisServer;
let replica: Replica;
let api: AdminApi;

const url = '/api/v1/schedules';
const get = async (path: string) => (await api.call('get', `${url}${path}`).expect(200)).body.data;
const post = (path: string) => api.call('post', `${url}${path}`);

beforeEach(async () => {
  database = await createTestDatabase();
  redis = await createRedisServer();
  await redis.start();
  const location = { kind: 'redis', url: redis.url, prefix: 'test' } as const;
  replica = await startReplica(database, location);
  api = await openAdminApi(database, location, ({ pool }) => [
    schedulesRoutes({ pool, ...replica, config: { DISABLE_AUTO_SYNC: true } }),
  ]);
  await replica.scheduler.tick(new Date(Date.now() + 120_000));
  expect((await get('/roll')).last_run).toMatchObject({ state: 'waiting', error: null });
});
afterEach(async () => {
  // Closed while Redis is down, connections would be opened again and again.
  await redis.signal('SIGCONT');
  await redis.command('PING').catch(() => redis.start());
  await eventually(async () => (await get('/roll')).last_run.state === 'waiting', 'the outcome is known again');
  await api.close();
  await stopReplica(replica);
  await redis.remove();
  await database.drop();
});

it.each([
  ['down', 'SIGKILL'],
  ['frozen', 'SIGSTOP'],
] as const)(
  'while Redis is %s, everything but triggering works; outcomes of runs are unknown',
  async (_how, signal) => {
    const unknown = { state: 'unknown', error: null };
    await redis.signal(signal);
    const [shown, list, runs] = await Promise.all([get('/roll'), get(''), get('/roll/runs')]);
    expect(shown.last_run).toMatchObject(unknown);
    expect(list.find(({ id }: { id: string }) => id === 'roll').last_run).toMatchObject(unknown);
    expect(runs).toMatchObject([unknown]);

    const disabled = await post('/roll/disable').expect(200);
    expect(disabled.body.data).toMatchObject({ enabled: false, last_run: unknown });
    const changed = await api.call('patch', `${url}/roll`).send({ enabled: true }).expect(200);
    expect(changed.body.data).toMatchObject({ enabled: true, last_run: unknown });
    await post('/roll/enable').expect(200);
    const mine = { name: 'Mine', queue: 'cleanup', job: 'clean', cron: '0 3 * * *', data: { type: 'old_logs' } };
    const { id } = (await post('').send(mine).expect(201)).body.data;
    await post('/validate').send({ cron: '@daily' }).expect(200);
    await api.call('delete', `${url}/${id}`).expect(200);

    const { body } = await post('/roll/trigger').expect(503);
    expect(body.error.code).toBe('queue_unavailable');
  },
);

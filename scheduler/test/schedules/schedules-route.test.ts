import { buildServiceApp } from '@millrace/shared/platform/http';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { createTestDatabase, silent, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schedulesRoutes } from '../../src/routes/schedules-route.js';
import { type Replica, startReplica, stopReplica } from './replicas.js';

let database: TestDatabase;
let replica: Replica;
let app: Express;
let siteId: string | null = null;

beforeAll(async () => {
  database = await createTestDatabase();
  replica = await startReplica(database, testQueue('postgres', database));
  const deps = { pool: database.pool, ...replica, config: { DISABLE_AUTO_SYNC: true } };
  const service = { logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false };
  app = buildServiceApp({ ...service, refusalEnvelope: { success: false } }, (express) => {
    express.use((_req, res, next) => {
      res.locals.access = { keyId: '00000000-0000-4000-8000-000000000001', name: 'tester', scopes: ['admin'], siteId };
      next();
    });
    express.use(schedulesRoutes(deps));
  });
});
afterAll(async () => {
  await stopReplica(replica);
  await database.drop();
});

const url = '/api/v1/schedules';
const mine = { name: 'Mine', queue: 'cleanup', job: 'clean', cron: '0 3 * * *', data: { type: 'old_logs' } };
const create = async (fields: object = {}) =>
  (
    await request(app)
      .post(url)
      .send({ ...mine, ...fields })
      .expect(201)
  ).body.data;

it('creates, shows, changes and deletes a schedule, all recorded in the audit log', async () => {
  const made = await create({ timezone: 'Europe/Berlin' });
  expect(made).toMatchObject({
    ...mine,
    timezone: 'Europe/Berlin',
    enabled: true,
    catch_up: 'newest',
    built_in: false,
  });
  expect(made).toMatchObject({ last_run: null, next_run: expect.stringMatching(/T0[12]:00:00\.000Z$/) });
  const address = `${url}/${made.id}`;
  expect((await request(app).get(address).expect(200)).body).toEqual({ success: true, data: made });
  const changed = await request(app).patch(address).send({ cron: '0 4 * * *', timezone: 'UTC' }).expect(200);
  expect(changed.body.data).toMatchObject({ name: 'Mine', next_run: expect.stringMatching(/T04:00:00\.000Z$/) });
  expect((await request(app).post(`${address}/disable`).expect(200)).body.data).toMatchObject({
    enabled: false,
    next_run: null,
  });
  expect((await request(app).post(`${address}/enable`).expect(200)).body.data).toMatchObject({ enabled: true });
  await request(app).delete(address).expect(200);
  await request(app).get(address).expect(404);
  const { rows } = await database.pool.query('select action from audit_log where target = $1 order by id', [made.id]);
  expect(rows.map(({ action }) => action.replace('schedule.', ''))).toEqual([
    'create',
    'update',
    'disable',
    'enable',
    'delete',
  ]);
});

it('starts the job of a schedule now', async () => {
  const { id } = await create();
  const { body } = await request(app).post(`${url}/${id}/trigger`).expect(200);
  expect(body.data).toMatchObject({ queueName: 'cleanup', jobName: 'clean' });
  expect((await replica.queues.get('cleanup')!.getJob(body.data.jobId))?.data).toEqual({ type: 'old_logs' });
});

it('lists runs, newest first, with the state of their jobs', async () => {
  const { id } = await create();
  await database.pool.query(
    `insert into schedule_runs (schedule_id, slot, job_id, added_at, error) values
    ($1, '2026-01-01Z', 'gone', now(), null), ($1, '2026-01-02Z', 'never', null, 'broken')`,
    [id],
  );
  const { body } = await request(app).get(`${url}/${id}/runs`).expect(200);
  expect(body.data).toMatchObject([
    { slot: '2026-01-02T00:00:00.000Z', state: 'refused', error: 'broken' },
    { slot: '2026-01-01T00:00:00.000Z', state: 'removed' },
  ]);
  expect((await request(app).get(`${url}/${id}/runs?limit=1&page=2`)).body.data).toHaveLength(1);
  const list = (await request(app).get(url).expect(200)).body.data;
  expect(list.find((schedule: { id: string }) => schedule.id === id).last_run).toMatchObject({ state: 'refused' });
});

it('shows the next five times of a cron expression, or what is wrong with it', async () => {
  const ask = async (body: object) => (await request(app).post(`${url}/validate`).send(body).expect(200)).body.data;
  expect(await ask({ cron: '*/5 * * * *' })).toEqual({ valid: true, next: Array(5).fill(expect.any(String)) });
  expect(await ask({ cron: '0 0 30 2 *' })).toEqual({ valid: false, reason: expect.stringContaining('0 0 30 2 *') });
  expect(await ask({ cron: '0 0 * * *', timezone: 'Mars/Olympus' })).toMatchObject({ valid: false });
});

describe('refuses', () => {
  it.each([
    ['a queue that does not exist', { queue: 'nope' }, 'queue'],
    ['event jobs, which only ingestion adds', { queue: 'event-ingest', job: 'events' }, 'queue'],
    ['a job that the queue does not have', { job: 'nope' }, 'job'],
    ['data that break the contract of the job', { data: { type: 'everything' } }, 'data.type'],
    ['a cron expression of four fields', { cron: '* * * *' }, 'cron'],
    ['a cron expression that never fires', { cron: '0 0 31 2 *' }, 'cron'],
    ['an unknown time zone', { timezone: 'Mars/Olympus' }, 'timezone'],
    ['an unknown policy', { catch_up: 'some' }, 'catch_up'],
    ['a field that schedules do not have', { built_in: true }, 'built_in'],
    ['an empty name', { name: '' }, 'name'],
    ['a name with NUL', { name: 'a\u0000b' }, 'name'],
    ['a name with a lone surrogate', { name: '\ud800' }, 'name'],
  ])('%s', async (_what, fields, field) => {
    const { body } = await request(app)
      .post(url)
      .send({ ...mine, ...fields })
      .expect(400);
    expect(body).toMatchObject({ success: false, error: { code: 'invalid_request', details: { field } } });
  });

  it('to delete or change a built-in schedule, except enabling or disabling it', async () => {
    const { body } = await request(app).delete(`${url}/roll`).expect(409);
    expect(body).toMatchObject({ success: false, error: { code: 'conflict' } });
    await request(app).patch(`${url}/roll`).send({ cron: '0 0 * * *' }).expect(409);
    await request(app).patch(`${url}/roll`).send({ enabled: false }).expect(200);
    await request(app).patch(`${url}/roll`).send({ enabled: true }).expect(200);
    await request(app).patch(`${url}/daily-revenue`).send({ enabled: false }).expect(200);
    await request(app).patch(`${url}/daily-revenue`).send({ enabled: 'yes' }).expect(400);
    await request(app).patch(`${url}/daily-revenue`).send({ enabled: true }).expect(200);
  });

  it('a change that would break the schedule, an empty change, and a body that is not JSON', async () => {
    const { id } = await create();
    await request(app).patch(`${url}/${id}`).send({ job: 'warm' }).expect(400);
    await request(app).patch(`${url}/${id}`).send({}).expect(400);
    await request(app).patch(`${url}/${id}`).set('content-type', 'application/json').send('{').expect(400);
  });

  it('unknown schedules', async () => {
    for (const path of ['nope', '%00', 'x'.repeat(500)]) {
      await request(app).get(`${url}/${path}`).expect(404);
      await request(app).post(`${url}/${path}/trigger`).expect(404);
      await request(app).delete(`${url}/${path}`).expect(404);
    }
  });

  it('keys limited to one site', async () => {
    siteId = 'a';
    try {
      await request(app).get(url).expect(403);
      await request(app).post(`${url}/roll/trigger`).expect(403);
    } finally {
      siteId = null;
    }
  });
});

import { createTelemetry } from '@millrace/shared/platform/telemetry';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobTemplatesRoutes } from '../../src/routes/job-templates-route.js';
import { queuesRoutes } from '../../src/routes/queues-route.js';
import { schedulesRoutes } from '../../src/routes/schedules-route.js';
import { createScheduler, type Scheduler } from '../../src/schedules/scheduler.js';
import { type AdminApi, openAdminApi } from '../admin-api.js';

const url = '/api/v1/job-templates';
const schedules = '/api/v1/schedules';
const now = new Date('2026-03-01T03:30:00Z');
const clock = () => now;
const daily = {
  name: 'Publishers of a day',
  queue: 'analytics-aggregation',
  job: 'publisher',
  data: {
    site_id: '{{site_id}}',
    startDate: '{{yesterday}}',
    endDate: '{{yesterday}}',
    granularity: '{{granularity}}',
  },
  params: { granularity: 'day' },
};

describe.each(queueBackends)('on %s', (backend) => {
  let database: TestDatabase;
  let api: AdminApi;
  let scheduler: Scheduler;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.pool.query(`insert into sites (site_id, job_priority) values ('late', 9)`);
    const config = { TZ: 'UTC', DISABLE_AUTO_SYNC: true };
    api = await openAdminApi(database, testQueue(backend, database), (deps) => {
      scheduler = createScheduler({ ...deps, telemetry: createTelemetry(), logger: silent, retry: {}, config });
      const more = { ...deps, scheduler, config, clock };
      return [jobTemplatesRoutes(more), schedulesRoutes(more), queuesRoutes(deps)];
    });
  });
  afterAll(async () => {
    await scheduler.destroy();
    await api.close();
    await database.drop();
  });

  const create = async (fields: object = {}) =>
    (
      await api
        .call('post', url)
        .send({ ...daily, ...fields })
        .expect(201)
    ).body.data;
  const refused = async (method: 'post' | 'patch', path: string, body: object, status = 400) => {
    const { error } = (await api.call(method, path).send(body).expect(status)).body;
    return [error.details?.field, error.message];
  };
  const actionsOf = async (target: string) =>
    (await database.pool.query('select action from audit_log where target = $1 order by id', [target])).rows.map(
      ({ action }) => action,
    );

  it('creates, shows, changes and deletes a template, all recorded in the audit log', async () => {
    const made = await create({ id: 'daily.publishers', description: 'For the daily mail', options: { priority: 5 } });
    expect(made).toEqual({
      ...daily,
      id: 'daily.publishers',
      description: 'For the daily mail',
      options: { priority: 5 },
      placeholders: ['granularity', 'site_id', 'yesterday'],
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    const address = `${url}/daily.publishers`;
    expect((await api.call('get', address).expect(200)).body).toEqual({ success: true, data: made });
    expect((await api.call('get', url).expect(200)).body.data).toEqual([made]);
    const changed = await api
      .call('patch', address)
      .send({ params: { granularity: 'hour' } })
      .expect(200);
    expect(changed.body.data).toMatchObject({ name: daily.name, params: { granularity: 'hour' } });
    expect(await refused('post', url, { ...daily, id: 'daily.publishers' }, 409)).toEqual([
      undefined,
      'Job template "daily.publishers" already exists.',
    ]);
    await api.call('delete', address).expect(200);
    await api.call('get', address).expect(404);
    expect(await actionsOf('daily.publishers')).toEqual([
      'job-template.create',
      'job-template.update',
      'job-template.create',
      'job-template.delete',
    ]);
  });

  it('creates a job from the clock in a time zone, parameters and a site, with the priority of that site', async () => {
    const { id } = await create();
    const use = { site_id: 'late', timezone: 'America/New_York', params: { granularity: 'hour' } };
    const { data } = (await api.call('post', `${url}/${id}/jobs`).send(use).expect(201)).body;
    const filled = { site_id: 'late', startDate: '2026-02-27', endDate: '2026-02-27', granularity: 'hour' };
    expect(data).toEqual({
      jobId: expect.any(String),
      queueName: 'analytics-aggregation',
      jobName: 'publisher',
      data: filled,
    });
    const job = (await api.queues.get('analytics-aggregation')!.getJob(data.jobId))!;
    expect([job.data, job.priority]).toEqual([filled, 9]);
    expect(await actionsOf(`analytics-aggregation/${data.jobId}`)).toEqual(['job.add']);
  });

  it('creates a job as of another instant, with options that override those of the template', async () => {
    const { id } = await create({ options: { priority: 4, delay: 60_000 } });
    const use = { site_id: 'late', at: '2026-01-01T12:00:00Z', options: { priority: 2 } };
    const { data } = (await api.call('post', `${url}/${id}/jobs`).send(use).expect(201)).body;
    const job = (await api.queues.get('analytics-aggregation')!.getJob(data.jobId))!;
    expect(job.data).toMatchObject({ startDate: '2025-12-31' });
    expect([job.priority, job.delay]).toEqual([2, 60_000]);
  });

  it('refuses missing, unknown or invalid values, and adds nothing', async () => {
    const { id } = await create();
    const use = (body: object) => refused('post', `${url}/${id}/jobs`, body);
    const count = () => api.queues.get('analytics-aggregation')!.getJobCountByTypes();
    const before = await count();
    expect((await use({}))[0]).toBe('site_id');
    expect((await use({ site_id: 'a', params: { other: 1 } }))[0]).toBe('params.other');
    for (const at of ['2025-02-30T12:00:00Z', '2025-10-26T00:30:00', '2025-10-26', 7]) {
      expect((await use({ site_id: 'a', at }))[0]).toBe('at');
    }
    expect((await use({ site_id: 'a', params: { granularity: 'decade' } }))[0]).toBe('data.granularity');
    expect((await use({ site_id: 'a', timezone: 'Mars/Olympus' }))[0]).toBe('timezone');
    expect((await use({ site_id: 'a b' }))[0]).toBe('site_id');
    expect((await use({ site_id: 'a', params: { granularity: 'x'.repeat(70_000) } }))[0]).toBe('params');
    expect((await use({ site_id: 'a', options: { priority: -1 } }))[0]).toBe('options.priority');
    expect(await count()).toBe(before);
    await api.call('post', `${url}/nowhere/jobs`).send({}).expect(404);
    for (const id of ['%00', `a%00b`, 'x'.repeat(500)]) await api.call('get', `${url}/${id}`).expect(404);
  });

  it.each([
    [{ queue: 'event-ingest', job: 'events' }, 'queue'],
    [{ queue: 'data-export', job: 'export', data: {}, params: {} }, 'data.exportId'],
    [{ job: 'nope' }, 'job'],
    [{ data: { ...daily.data, granularity: 'decade' }, params: {} }, 'data.granularity'],
    [{ params: { unknown: 1 } }, 'params.unknown'],
    [{ id: 'a b' }, 'id'],
    [{ id: '.' }, 'id'],
    [{ id: '..' }, 'id'],
    [{ name: '' }, 'name'],
    [{ options: { delay: -1 } }, 'options.delay'],
    [{ built_in: true }, 'built_in'],
  ])('refuses a template with %j, naming %s', async (fields, field) => {
    expect((await refused('post', url, { ...daily, ...fields }))[0]).toBe(field);
  });

  it('is filled in by a schedule at each slot, in its time zone', async () => {
    const { id: template } = await create({ options: { priority: 3 } });
    const fields = { name: 'Daily', template, site_id: 'late', cron: '30 1 * * *', timezone: 'America/New_York' };
    const { data: made } = (await api.call('post', schedules).send(fields).expect(201)).body;
    expect(made).toMatchObject({ ...fields, params: {}, queue: 'analytics-aggregation', job: 'publisher' });
    expect(made.data).toBeUndefined();
    await scheduler.tick(new Date('2026-03-01T06:00:00Z'));
    await scheduler.tick(new Date('2026-03-01T06:30:00Z'));
    const queue = api.queues.get('analytics-aggregation')!;
    const job = (await queue.getJob(`sched-${made.id}-${Date.UTC(2026, 2, 1, 6, 30)}`))!;
    expect(job.data).toEqual({
      site_id: 'late',
      startDate: '2026-02-28',
      endDate: '2026-02-28',
      granularity: 'day',
    });
    expect(job.priority).toBe(3);

    await api
      .call('patch', `${url}/${template}`)
      .send({ params: { granularity: 'week' } })
      .expect(200);
    await scheduler.tick(new Date('2026-03-02T06:30:00Z'));
    const next = (await queue.getJob(`sched-${made.id}-${Date.UTC(2026, 2, 2, 6, 30)}`))!;
    expect(next.data).toMatchObject({ startDate: '2026-03-01', granularity: 'week' });

    const triggered = (await api.call('post', `${schedules}/${made.id}/trigger`).expect(200)).body.data;
    expect((await queue.getJob(triggered.jobId))!.data).toMatchObject({ site_id: 'late', granularity: 'week' });
    const { data: recurring } = (await api.call('get', '/api/v1/queues/analytics-aggregation/recurring').expect(200))
      .body;
    expect(recurring.schedules).toContainEqual(expect.objectContaining({ id: made.id, template, job: 'publisher' }));
    await api.call('delete', `${schedules}/${made.id}`).expect(200);
  });

  it("passes the slot as the instant of a schedule's job, with the priority of the site", async () => {
    const data = { site_id: '{{site_id}}', periodType: 'day', period: 'previous' };
    const { id: template } = await create({ job: 'revenue', data, params: {} });
    const fields = { name: 'Revenue', template, site_id: 'late', cron: '0 5 * * *' };
    const { data: made } = (await api.call('post', schedules).send(fields).expect(201)).body;
    await scheduler.tick(new Date('2026-04-01T05:00:00Z'));
    await scheduler.tick(new Date('2026-04-02T05:00:00Z'));
    const jobs = await Promise.all(
      [1, 2].map((day) =>
        api.queues.get('analytics-aggregation')!.getJob(`sched-${made.id}-${Date.UTC(2026, 3, day, 5)}`),
      ),
    );
    const job = jobs.find((each) => each !== undefined)!;
    expect(job.data).toMatchObject({
      site_id: 'late',
      periodType: 'day',
      at: expect.stringContaining('T05:00:00.000Z'),
    });
    expect(job.priority).toBe(9);
    await api.call('delete', `${schedules}/${made.id}`).expect(200);
  });

  it('cannot be deleted, or changed so that a schedule would break, while the schedule uses it', async () => {
    const { id: template } = await create();
    const fields = { name: 'Using', template, site_id: 'a', params: { granularity: 'hour' }, cron: '0 5 * * *' };
    const { data: made } = (await api.call('post', schedules).send(fields).expect(201)).body;
    expect((await api.call('delete', `${url}/${template}`).expect(409)).body.error.message).toContain(
      'A schedule uses',
    );
    const without = { data: { ...daily.data, granularity: 'day' }, params: {} };
    expect(await refused('patch', `${url}/${template}`, without, 409)).toEqual([
      undefined,
      'This change would break schedule "Using": The template has no {{granularity}}: it has no parameters.',
    ]);
    await api.call('get', `${url}/${template}`).expect(200);
    const own = { queue: 'cleanup', job: 'clean', data: { type: 'old_logs' } };
    const changed = (await api.call('patch', `${schedules}/${made.id}`).send(own).expect(200)).body.data;
    expect(changed).toMatchObject(own);
    expect(changed.template).toBeUndefined();
    await api.call('delete', `${url}/${template}`).expect(200);
  });

  it('replaces the job of a schedule, which keeps its cron expression', async () => {
    const { id: template } = await create();
    const own = { name: 'Own', queue: 'cleanup', job: 'clean', data: { type: 'old_logs' }, cron: '0 5 * * *' };
    const { data: made } = (await api.call('post', schedules).send(own).expect(201)).body;
    const change = { template, site_id: 'a' };
    const changed = (await api.call('patch', `${schedules}/${made.id}`).send(change).expect(200)).body.data;
    expect(changed).toMatchObject({ name: 'Own', cron: '0 5 * * *', template, site_id: 'a', job: 'publisher' });
    const disabled = (await api.call('post', `${schedules}/${made.id}/disable`).expect(200)).body.data;
    expect(disabled).toMatchObject({ template, site_id: 'a', enabled: false, next_run: null });
    const params = { params: { granularity: 'month' } };
    expect((await api.call('patch', `${schedules}/${made.id}`).send(params).expect(200)).body.data).toMatchObject({
      template,
      site_id: 'a',
      ...params,
    });
  });

  it.each([
    [{ template: 'nowhere' }, 'template'],
    [{ params: { granularity: 'decade' } }, 'data.granularity'],
    [{ params: { other: 1 } }, 'params.other'],
    [{ site_id: undefined }, 'site_id'],
    [{ queue: 'cleanup' }, 'queue'],
    [{ data: {} }, 'data'],
    [{ template: undefined }, 'site_id'],
  ])('refuses a schedule of it with %j, naming %s', async (fields, field) => {
    const { id: template } = await create();
    const given = { name: 'Refused', template, site_id: 'a', cron: '0 5 * * *', ...fields };
    expect((await refused('post', schedules, given))[0]).toBe(field);
  });

  it('is ignored by releases without templates, because its schedules have a queue that does not exist', async () => {
    const { id: template } = await create();
    const fields = { name: 'New', template, site_id: 'a', cron: '* * * * *' };
    const { data: made } = (await api.call('post', schedules).send(fields).expect(201)).body;
    const { rows } = await database.pool.query('select queue, job from schedules where id = $1', [made.id]);
    expect(rows).toEqual([{ queue: 'job-template', job: template }]);
    expect(api.queues.get('job-template')).toBeUndefined();
  });

  it('requires an admin key for all sites', async () => {
    const key = await api.newKey({ siteId: 'late' });
    await api.call('get', url, key).expect(403);
    await api.call('post', url, key).send(daily).expect(403);
  });
});

/** `/api/v1/report-templates`: the default templates, and creating, changing and running templates. */

import { migrate } from '@millrace/shared/platform/migrate';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReportsApi, type ReportsApi } from './reports-api.js';

const now = new Date('2026-06-10T12:00:00Z');
let database: TestDatabase;
let api: ReportsApi;

beforeEach(async () => {
  database = await createTestDatabase();
  await database.pool.query(`insert into sites (site_id, timezone) values ('shop', 'Europe/Berlin'), ('blog', 'UTC')`);
  api = await openReportsApi(database, { clock: () => now });
});
afterEach(async () => {
  await api.close();
  await database.drop();
});

const path = '/report-templates';
const daily = { name: 'Mine', schedule: 'daily', dataset: 'activity-trends', format: 'CSV' };
const create = async (body: object) => (await api.call('post', path).send(body).expect(201)).body;
const schedulesOf = async (id: string) =>
  (
    await database.pool.query(
      `select cron, timezone, enabled, queue, job, data, catch_up, built_in from schedules where id = $1`,
      [`report-${id}`],
    )
  ).rows;

describe('the default templates', () => {
  it('exist and are active from the first start, each with its schedule', async () => {
    const { templates } = (await api.call('get', path).expect(200)).body;
    const shown = templates.map((each: Record<string, unknown>) => [
      ...[
        each.id,
        each.schedule,
        each.format,
        each.includeMetadata,
        each.isActive,
        each.lastGenerated,
        each.nextGeneration,
      ],
    ]);
    expect(shown.sort()).toEqual([
      ['daily-activity-summary', 'daily', 'csv', false, true, null, '2026-06-11T09:00:00.000Z'],
      ['monthly-comprehensive', 'monthly', 'json', true, true, null, '2026-07-01T09:00:00.000Z'],
      ['quarterly-performance', 'quarterly', 'csv', false, true, null, '2026-07-01T09:00:00.000Z'],
      ['weekly-user-growth', 'weekly', 'csv', false, true, null, '2026-06-15T09:00:00.000Z'],
    ]);
    expect(await schedulesOf('quarterly-performance')).toEqual([
      {
        ...{ cron: '0 9 1 1,4,7,10 *', timezone: 'UTC', enabled: true, queue: 'report-generation', job: 'report' },
        ...{ data: { templateId: 'quarterly-performance' }, catch_up: 'newest', built_in: false },
      },
    ]);
  });

  it('stay deleted or changed when the next release starts', async () => {
    await api.call('delete', `${path}/daily-activity-summary`).expect(200, { id: 'daily-activity-summary' });
    await api.call('patch', `${path}/weekly-user-growth`).send({ name: 'Growth', schedule: '30 7 * * 1' }).expect(200);
    await migrate(database.pool, { kind: 'postgres', url: database.url, prefix: 'millrace' }, silent);
    await api.call('get', `${path}/daily-activity-summary`).expect(404);
    expect(await schedulesOf('daily-activity-summary')).toEqual([]);
    const { body } = await api.call('get', `${path}/weekly-user-growth`).expect(200);
    expect(body).toMatchObject({ name: 'Growth', schedule: '30 7 * * 1', period: 'week' });
    expect(await schedulesOf('weekly-user-growth')).toMatchObject([{ cron: '30 7 * * 1', enabled: true }]);
  });
});

describe('a template', () => {
  it('returns everything that was sent, and defaults for the rest', async () => {
    const body = await create({
      ...daily,
      site_id: 'shop',
      recipients: ['anna@example.org', { address: 'B@example.org', name: 'Bob' }],
    });
    expect(body).toEqual({
      ...{ id: expect.any(String), site_id: 'shop', name: 'Mine', description: null, schedule: 'daily' },
      // The site's own time zone.
      ...{ timezone: 'Europe/Berlin', period: 'day', dataset: 'activity-trends', params: {}, format: 'csv' },
      ...{
        includeMetadata: false,
        recipients: [{ address: 'anna@example.org' }, { address: 'B@example.org', name: 'Bob' }],
      },
      ...{ webhook: null, isActive: true, lastGenerated: null, nextGeneration: '2026-06-11T07:00:00.000Z' },
      ...{ createdAt: expect.any(String), updatedAt: expect.any(String) },
    });
    expect((await api.call('get', `${path}/${body.id}`).expect(200)).body).toEqual(body);
    expect(await schedulesOf(body.id)).toMatchObject([{ cron: '0 9 * * *', timezone: 'Europe/Berlin', enabled: true }]);
  });

  it.each([
    ['0 7 * * 1-5', 'day'],
    ['0 9 * * 5', 'week'],
    ['0 6 1,15 * *', 'week'],
    ['0 6 2 * *', 'month'],
    ['0 9 1 1,4,7,10 *', 'quarter'],
    ['0 9 2 1 *', 'year'],
  ])('with cron %s covers a %s by default', async (schedule, period) => {
    expect(await create({ ...daily, schedule })).toMatchObject({ schedule, period, timezone: null });
  });

  it('accepts a period along with a cron expression', async () => {
    expect(await create({ ...daily, schedule: '0 7 * * *', period: 'month' })).toMatchObject({ period: 'month' });
  });

  it('shows the secret of its webhook once, and a new one whenever a webhook is set', async () => {
    const webhook = 'https://hooks.example.org/T1/secret';
    const { id, secret } = await create({ ...daily, webhook });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9_-]{43}$/);
    expect((await api.call('get', `${path}/${id}`)).body).not.toHaveProperty('secret');
    const again = (await api.call('patch', `${path}/${id}`).send({ webhook }).expect(200)).body.secret;
    expect(again).toMatch(/^whsec_/);
    expect(again).not.toBe(secret);
    expect((await api.call('patch', `${path}/${id}`).send({ webhook: null }).expect(200)).body.webhook).toBeNull();
    const { rows } = await database.pool.query('select webhook, secret from report_templates where id = $1', [id]);
    expect(rows).toEqual([{ webhook: null, secret: null }]);
  });

  it('loses its metadata when its format changes to one without', async () => {
    const { id } = await create({ ...daily, format: 'json', includeMetadata: true });
    const { body } = await api.call('patch', `${path}/${id}`).send({ format: 'csv' }).expect(200);
    expect(body).toMatchObject({ format: 'csv', includeMetadata: false });
  });

  it('keeps what a change does not name, and drops the parameters of another dataset', async () => {
    const { id } = await create({
      ...daily,
      dataset: 'profile-performance',
      params: { profile_ids: ['a'] },
      schedule: '0 7 * * 3',
      period: 'month',
    });
    const renamed = (await api.call('patch', `${path}/${id}`).send({ name: 'Other' }).expect(200)).body;
    expect(renamed).toMatchObject({
      name: 'Other',
      params: { profile_ids: ['a'] },
      schedule: '0 7 * * 3',
      period: 'month',
    });
    const moved = (await api.call('patch', `${path}/${id}`).send({ dataset: 'events' }).expect(200)).body;
    expect(moved).toMatchObject({ dataset: 'events', params: {} });
  });

  it('is unscheduled when it is deactivated or deleted, and its reports remain', async () => {
    const { id } = await create({ ...daily, site_id: 'shop' });
    const { body } = await api.call('post', `${path}/${id}/deactivate`).expect(200);
    expect(body).toMatchObject({ isActive: false, nextGeneration: null });
    expect(await schedulesOf(id)).toMatchObject([{ enabled: false }]);
    expect((await api.call('post', `${path}/${id}/activate`).expect(200)).body).toMatchObject({
      isActive: true,
      nextGeneration: '2026-06-11T07:00:00.000Z',
    });
    await api.call('post', `${path}/${id}/generate`).send({ date_range: 'yesterday' }).expect(202);
    await api.call('delete', `${path}/${id}`).expect(200);
    expect(await schedulesOf(id)).toEqual([]);
    expect((await api.call('get', '/reports').query({ template_id: id }).expect(200)).body.total).toBe(1);
    await api.call('post', `${path}/${id}/activate`).expect(404);
  });

  it('refuses days that start in the future in its time zone; the range may end there', async () => {
    const generate = (id: string, body: object, status: number) =>
      api.call('post', `${path}/${id}/generate`).send(body).expect(status);
    const { id } = await create({ ...daily, site_id: 'shop', timezone: 'Pacific/Auckland' });
    // It is already the 11th there.
    const tomorrow = { first_day: '2026-06-12', last_day: '2026-06-30' };
    expect((await generate(id, tomorrow, 400)).body.error).toMatchObject({
      message:
        'first_day must not be in the future: the days begin on 2026-06-12, but today is 2026-06-11 in Pacific/Auckland',
      details: { field: 'first_day' },
    });
    const { error } = (await generate(id, { date_range: ['2027-01-01', '2027-01-31'] }, 400)).body;
    expect(error.details).toEqual({ field: 'date_range' });
    expect((await generate(id, { first_day: '2026-06-11', last_day: '2026-06-30' }, 202)).body).toMatchObject({
      ...{ first_day: '2026-06-11', last_day: '2026-06-30' },
    });
    // Days in each site's own zone: the 11th has begun somewhere, the 12th nowhere.
    await generate('daily-activity-summary', { date_range: ['2026-06-11', '2026-06-11'] }, 202);
    await generate('daily-activity-summary', { date_range: ['2026-06-12', '2026-06-12'] }, 400);
    await generate('daily-activity-summary', { date_range: ['2026-06-11', '2026-06-11'], site_id: 'shop' }, 400);
  });

  it('has no next report after its schedule was deleted elsewhere, and is rescheduled by the next change', async () => {
    const { id } = await create(daily);
    await database.pool.query('delete from schedules where id = $1', [`report-${id}`]);
    expect((await api.call('get', `${path}/${id}`)).body).toMatchObject({ isActive: true, nextGeneration: null });
    expect((await api.call('post', `${path}/${id}/activate`)).body.nextGeneration).toBe('2026-06-11T09:00:00.000Z');
  });
});

describe('stopping all', () => {
  const enabled = async () =>
    (await database.pool.query(`select id from schedules where id like 'report-%' and enabled order by id`)).rows.map(
      ({ id }) => id,
    );

  it('keeps active templates active, and a restart resumes only those', async () => {
    await api.call('post', `${path}/weekly-user-growth/deactivate`).expect(200);
    await api.call('post', `${path}/stop`).expect(200, { status: 'stopped', templates: 3 });
    expect(await enabled()).toEqual([]);
    expect((await api.call('get', '/reports/statistics').expect(200)).body).toMatchObject({
      totalTemplates: 4,
      activeTemplates: 3,
    });
    // A change of something else does not start it.
    await api.call('patch', `${path}/daily-activity-summary`).send({ name: 'Renamed' }).expect(200);
    expect(await enabled()).toEqual([]);
    await api.call('post', `${path}/restart`).expect(200, { status: 'running', templates: 3 });
    expect(await enabled()).toEqual([
      'report-daily-activity-summary',
      'report-monthly-comprehensive',
      'report-quarterly-performance',
    ]);
  });
});

it('removes control characters from names, and duplicates from recipients', async () => {
  const body = await create({
    ...daily,
    name: 'Weekly\r\nSubject: hello',
    recipients: [{ address: 'a@example.org', name: 'An\u202ena\r\nBcc: x' }, 'A@example.org'],
  });
  expect(body.name).toBe('Weekly Subject: hello');
  expect(body.recipients).toEqual([{ address: 'A@example.org' }]);
});

describe('with keys', () => {
  let guarded: ReportsApi;
  beforeEach(async () => {
    guarded = await openReportsApi(database, { withKeys: true, clock: () => now });
  });
  afterEach(() => guarded.close());

  it('reading requires the scope read, and every change the scope admin', async () => {
    const reader = await guarded.newKey({ scopes: ['read'] });
    await guarded.call('get', path).expect(401);
    await guarded.call('get', path, reader).expect(200);
    const id = 'daily-activity-summary';
    for (const [method, target] of [
      ['post', path],
      ['post', `${path}/stop`],
      ['post', `${path}/restart`],
      ['post', `/REPORT-TEMPLATES/${id}/generate`],
      ['post', `${path}/${id}/activate`],
      ['post', `${path}/${id}/deactivate`],
      ['patch', `${path}/${id}`],
      ['delete', `${path}/${id}`],
      ['post', '/reports/00000000-0000-4000-8000-000000000000/resend'],
      ['post', '/reports/00000000-0000-4000-8000-000000000000/reissue'],
    ] as const) {
      await guarded
        .call(method, target, reader)
        .send({ ...daily })
        .expect(403);
    }
  });

  it('a key of one site only sees and changes templates of that site', async () => {
    const admin = await guarded.newKey({ scopes: ['admin'] });
    const shopAdmin = await guarded.newKey({ scopes: ['admin'], siteId: 'shop' });
    const { id: blogs } = (
      await guarded
        .call('post', path, admin)
        .send({ ...daily, site_id: 'blog' })
        .expect(201)
    ).body;
    const mine = (await guarded.call('post', path, shopAdmin).send(daily).expect(201)).body;
    expect(mine.site_id).toBe('shop');
    await guarded
      .call('post', path, shopAdmin)
      .send({ ...daily, site_id: 'blog' })
      .expect(403);
    const { templates } = (await guarded.call('get', path, shopAdmin).expect(200)).body;
    expect(templates.map(({ id }: { id: string }) => id)).toEqual([mine.id]);
    for (const id of [blogs, 'daily-activity-summary']) {
      await guarded.call('get', `${path}/${id}`, shopAdmin).expect(404);
      await guarded.call('patch', `${path}/${id}`, shopAdmin).send({ name: 'x' }).expect(404);
      await guarded.call('delete', `${path}/${id}`, shopAdmin).expect(404);
      await guarded.call('post', `${path}/${id}/deactivate`, shopAdmin).expect(404);
      await guarded.call('post', `${path}/${id}/generate`, shopAdmin).send({ date_range: 'yesterday' }).expect(404);
    }
    await guarded.call('post', `${path}/stop`, shopAdmin).expect(200, { status: 'stopped', templates: 1 });
    expect((await guarded.call('get', `${path}/${blogs}`, admin)).body.nextGeneration).not.toBeNull();
    expect((await guarded.call('get', '/reports/statistics', shopAdmin)).body.totalTemplates).toBe(1);
    const { rows } = await database.pool.query(
      `select action, target from audit_log where action = 'report_template.create' order by at`,
    );
    expect(rows).toEqual([
      { action: 'report_template.create', target: blogs },
      { action: 'report_template.create', target: mine.id },
    ]);
  });

  it("only administrators see the secret part of a webhook's address", async () => {
    const [admin, reader] = [await guarded.newKey({ scopes: ['admin'] }), await guarded.newKey({})];
    const webhook = 'https://hooks.example.org/T1/secret';
    const { id } = (
      await guarded
        .call('post', path, admin)
        .send({ ...daily, webhook })
        .expect(201)
    ).body;
    expect((await guarded.call('get', `${path}/${id}`, admin)).body.webhook).toBe(webhook);
    expect((await guarded.call('get', `${path}/${id}`, reader)).body.webhook).toBe('https://hooks.example.org/…');
  });
});

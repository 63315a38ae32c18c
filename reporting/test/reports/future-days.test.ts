/** Days that have begun at one site but not at another: no report is created for days in the future. */
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createJobReports } from '../../src/reports/create-job-reports.js';
import { openReportsApi, type ReportsApi } from './reports-api.js';

let database: TestDatabase;
let api: ReportsApi;
/** The 12th in Auckland. */
const now = new Date('2026-06-11T12:00:00Z');

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2026-01-01', '2027-01-01');
  for (const [site, timezone] of Object.entries({ auckland: 'Pacific/Auckland', honolulu: 'Pacific/Honolulu' })) {
    await database.pool.query('insert into sites (site_id, timezone) values ($1, $2)', [site, timezone]);
    await database.pool.query(
      `insert into events (site_id, timestamp, event_id, event_type, path)
      select $1, timestamp, gen_random_uuid(), 'view', '/' from generate_series(timestamptz '2026-06-09', '2026-06-13', '6 hours') timestamp`,
      [site],
    );
  }
  await database.pool.query(
    `insert into report_templates (id, name, schedule, cron, period_type, dataset, format)
    values ('all-sites', 'All', 'weekly', '0 9 * * 1', 'week', 'events', 'csv')`,
  );
  api = await openReportsApi(database, { clock: () => now });
});
afterAll(async () => {
  await api.close();
  await database.drop();
});

const generate = (body: object) => api.call('post', '/report-templates/all-sites/generate').send(body);
const madeOf = async (body: object) =>
  (await generate(body).expect(202)).body.reports.map(({ site_id, first_day, last_day }: Record<string, string>) =>
    [site_id, first_day, last_day].join(' '),
  );

it('skips a site where the first day has not begun', async () => {
  const twelfth = { first_day: '2026-06-12', last_day: '2026-06-12' };
  expect(await madeOf(twelfth)).toEqual(['auckland 2026-06-12 2026-06-12']);
  expect(await madeOf({ first_day: '2026-06-11', last_day: '2026-06-12' })).toEqual([
    'auckland 2026-06-11 2026-06-12',
    'honolulu 2026-06-11 2026-06-12',
  ]);
  await generate({ ...twelfth, site_id: 'honolulu' }).expect(400);
  await generate({ first_day: '2026-06-13', last_day: '2026-06-13' }).expect(400);
});

it('refuses days that would exceed the number of rows', async () => {
  await database.pool.query(
    `insert into report_templates (id, name, schedule, cron, period_type, dataset, format)
    values ('by-day', 'By day', 'weekly', '0 9 * * 1', 'week', 'activity-trends', 'csv')`,
  );
  const { body } = await api
    .call('post', '/report-templates/by-day/generate')
    .send({ first_day: '2000-01-01', last_day: '2029-12-30' })
    .expect(400);
  expect(body.error.message).toMatch(/would make more than 10,000 buckets of time:day/);
});

it('resolves named days in the time zone of each site', async () => {
  expect(await madeOf({ date_range: 'day' })).toEqual([
    'auckland 2026-06-12 2026-06-12',
    'honolulu 2026-06-11 2026-06-11',
  ]);
  expect((await generate({ date_range: 'yesterday' }).expect(202)).body).toMatchObject({
    ...{ first_day: '2026-06-10', last_day: '2026-06-10' },
    reports: [
      { site_id: 'auckland', first_day: '2026-06-11' },
      { site_id: 'honolulu', first_day: '2026-06-10' },
    ],
  });
});

const order = (id: string, startDate: string, siteId?: string) => {
  const data = { reportType: 'PROFILE_PERFORMANCE', format: 'CSV', startDate, endDate: '2026-06-30' } as const;
  return createJobReports(
    database.pool,
    { id, timestamp: now.getTime() },
    { ...data, ...(siteId && { site_id: siteId }) },
    now,
    now,
  );
};

it('fails a job for days in the future, with the reason', async () => {
  const reason = 'The days are in the future: they begin on 2026-06-12, but today is 2026-06-11 in Pacific/Honolulu.';
  await expect(order('one', '2026-06-12', 'honolulu')).rejects.toMatchObject({
    name: 'UnrecoverableError',
    message: reason,
  });
  await expect(order('all', '2026-06-20')).rejects.toMatchObject({ name: 'UnrecoverableError' });
  expect((await database.pool.query(`select 1 from reports where job_id in ('one', 'all')`)).rows).toEqual([]);
});

it('creates reports of a job for the sites where its days have begun', async () => {
  expect(await order('begun', '2026-06-12')).toHaveLength(1);
  expect(await order('both', '2026-06-11')).toHaveLength(2);
});

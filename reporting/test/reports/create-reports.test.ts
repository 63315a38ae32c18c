/** The reports of a slot: for which sites, of which days, when they are due, and only once. */
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createJobReports } from '../../src/reports/create-job-reports.js';
import { createSlotReports } from '../../src/reports/create-reports.js';
import { endReport, findReport } from '../../src/reports/report-rows.js';
import { resendReport } from '../../src/reports/resend-report.js';
import { findTemplate } from '../../src/reports/templates/template-rows.js';

let database: TestDatabase;

const sites = {
  utc: 'UTC',
  auckland: 'Pacific/Auckland',
  honolulu: 'Pacific/Honolulu',
  berlin: 'Europe/Berlin',
};

async function addEvent(siteId: string, timestamp: string): Promise<void> {
  await database.pool.query(
    `insert into events (site_id, timestamp, event_id, event_type, path) values ($1, $2, gen_random_uuid(), 'view', '/')`,
    [siteId, timestamp],
  );
}

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2026-01-01', '2027-01-01');
  for (const [site, timezone] of Object.entries(sites)) {
    await database.pool.query('insert into sites (site_id, timezone) values ($1, $2)', [site, timezone]);
    await addEvent(site, '2026-06-03T12:00:00Z');
  }
});
afterAll(() => database.drop());

async function addTemplate(id: string, more: Record<string, unknown> = {}) {
  const fields = {
    id,
    name: id,
    schedule: 'weekly',
    cron: '0 9 * * 1',
    period_type: 'week',
    dataset: 'events',
    format: 'csv',
    ...more,
  };
  const names = Object.keys(fields);
  await database.pool.query(
    `insert into report_templates (${names.join(', ')}) values (${names.map((_, at) => `$${at + 1}`).join(', ')})`,
    Object.values(fields),
  );
  return (await findTemplate(database.pool, id))!;
}

async function ordered(column: string, value: unknown) {
  const { rows } = await database.pool.query(
    `select site_id, first_day::text, last_day::text, timezone, due_at from reports where ${column} = $1 order by site_id`,
    [value],
  );
  return rows.map(({ site_id, first_day, last_day, timezone, due_at }) => [
    site_id,
    first_day,
    last_day,
    timezone,
    due_at.toISOString(),
  ]);
}

it('uses the days of each site if the template has no time zone, and waits until they are over there', async () => {
  const template = await addTemplate('own-zones');
  const ids = await createSlotReports(database.pool, template, new Date('2026-06-08T09:00:00Z'));
  expect(ids).toHaveLength(4);
  expect(await ordered('template_id', 'own-zones')).toEqual([
    ['auckland', '2026-06-01', '2026-06-07', 'Pacific/Auckland', '2026-06-08T09:00:00.000Z'],
    ['berlin', '2026-06-01', '2026-06-07', 'Europe/Berlin', '2026-06-08T09:00:00.000Z'],
    // Sunday lasts until 10:00 on Monday, UTC.
    ['honolulu', '2026-06-01', '2026-06-07', 'Pacific/Honolulu', '2026-06-08T10:00:00.000Z'],
    ['utc', '2026-06-01', '2026-06-07', 'UTC', '2026-06-08T09:00:00.000Z'],
  ]);
});

it("uses the days of the template's time zone for every site", async () => {
  // Monday in Auckland, Sunday in UTC.
  const template = await addTemplate('auckland-time', { timezone: 'Pacific/Auckland' });
  await createSlotReports(database.pool, template, new Date('2026-06-07T21:00:00Z'));
  const found = await ordered('template_id', 'auckland-time');
  expect(found).toHaveLength(4);
  expect(new Set(found.map((each) => each.slice(1).join()))).toEqual(
    new Set(['2026-06-01,2026-06-07,Pacific/Auckland,2026-06-07T21:00:00.000Z']),
  );
});

it('covers only sites with events in the period, in the time zone of its days', async () => {
  // 22:30 UTC is the next day in Berlin.
  await addEvent('utc', '2026-03-09T22:59:00Z');
  await addEvent('berlin', '2026-03-09T23:00:00Z');
  const template = await addTemplate('yesterday', {
    schedule: 'daily',
    cron: '0 9 * * *',
    period_type: 'day',
    timezone: 'Europe/Berlin',
  });
  await createSlotReports(database.pool, template, new Date('2026-03-11T08:00:00Z'));
  expect((await ordered('template_id', 'yesterday')).map(([site]) => site)).toEqual(['berlin']);
});

it('creates a report for the site of a template even if nothing happened', async () => {
  const template = await addTemplate('quiet', { site_id: 'berlin', timezone: 'Europe/Berlin' });
  const ids = await createSlotReports(database.pool, template, new Date('2026-02-02T08:00:00Z'));
  expect(ids).toHaveLength(1);
});

it('creates none for a site that is being erased', async () => {
  await database.pool.query(`insert into sites (site_id, erase_requested_at) values ('going', now())`);
  await addEvent('going', '2026-06-03T12:00:00Z');
  const template = await addTemplate('of-going', { site_id: 'going' });
  expect(await createSlotReports(database.pool, template, new Date('2026-06-08T09:00:00Z'))).toEqual([]);
  await createSlotReports(database.pool, await addTemplate('of-all'), new Date('2026-06-08T09:00:00Z'));
  expect((await ordered('template_id', 'of-all')).map(([site]) => site)).not.toContain('going');
});

it('creates the same reports once for a slot, and others for the next, even concurrently', async () => {
  const template = await addTemplate('once');
  const slot = new Date('2026-06-08T09:00:00Z');
  const all = await Promise.all(Array.from({ length: 8 }, () => createSlotReports(database.pool, template, slot)));
  expect(new Set(all.map((ids) => ids.join()))).toHaveLength(1);
  expect(await ordered('template_id', 'once')).toHaveLength(4);
  await createSlotReports(database.pool, template, new Date('2026-06-09T09:00:00Z'));
  expect(await ordered('template_id', 'once')).toHaveLength(8);
});

it('creates the reports of a job once, for the period before its time in the zone of each site', async () => {
  const job = { reportType: 'PROFILE_PERFORMANCE', format: 'CSV', period: 'previous', periodType: 'week' } as const;
  // Still Sunday in Honolulu: last week is the one before there, which had no events.
  const at = new Date('2026-06-08T08:00:00Z');
  const order = () =>
    createJobReports(database.pool, { id: 'job-1', timestamp: at.getTime() }, { ...job, outputPath: 'weekly.csv' }, at);
  const first = await order();
  expect(await order()).toEqual(first);
  expect(await ordered('job_id', 'job-1')).toEqual([
    ['auckland', '2026-06-01', '2026-06-07', 'Pacific/Auckland', '2026-06-08T08:00:00.000Z'],
    ['berlin', '2026-06-01', '2026-06-07', 'Europe/Berlin', '2026-06-08T08:00:00.000Z'],
    ['utc', '2026-06-01', '2026-06-07', 'UTC', '2026-06-08T08:00:00.000Z'],
  ]);
  const { rows } = await database.pool.query(`select output_name from reports where job_id = 'job-1' order by site_id`);
  expect(rows.map(({ output_name }) => output_name)).toEqual([
    'weekly-auckland.csv',
    'weekly-berlin.csv',
    'weekly-utc.csv',
  ]);
});

it('refuses a job for an unknown site', async () => {
  const days = { startDate: '2026-06-03', endDate: '2026-06-03' };
  const data = { reportType: 'COST_ANALYSIS', format: 'CSV', site_id: 'dmeo', ...days } as const;
  await expect(createJobReports(database.pool, { id: 'job-2', timestamp: 0 }, data, new Date())).rejects.toThrow(
    'There is no site "dmeo". It is created by its first event, or by PUT /api/v1/sites/dmeo.',
  );
});

it('does not mistake a job for an earlier one whose id the queue has reused', async () => {
  const days = { startDate: '2026-06-03', endDate: '2026-06-03' };
  const data = { reportType: 'PROFILE_PERFORMANCE', format: 'CSV', site_id: 'berlin', ...days } as const;
  const order = (timestamp: number) =>
    createJobReports(database.pool, { id: '1', timestamp }, data, new Date(timestamp));
  const before = await order(Date.UTC(2026, 5, 4));
  const after = await order(Date.UTC(2026, 5, 5));
  expect([before, after].map((ids) => ids.length)).toEqual([1, 1]);
  expect(after).not.toEqual(before);
  expect(await order(Date.UTC(2026, 5, 4))).toEqual(before);
  expect(await ordered('job_id', '1')).toHaveLength(2);
});

it('creates the reports of a slot once, even if its job was removed from the queue and added again', async () => {
  const days = { startDate: '2026-06-03', endDate: '2026-06-03' };
  const data = { reportType: 'PROFILE_PERFORMANCE', format: 'CSV', site_id: 'berlin', ...days } as const;
  const id = 'sched-weekly-report-1780902000000';
  const order = (timestamp: number) => createJobReports(database.pool, { id, timestamp }, data, new Date(timestamp));
  const first = await order(Date.UTC(2026, 5, 8));
  expect(await order(Date.UTC(2026, 5, 9))).toEqual(first);
  expect(await ordered('job_id', id)).toHaveLength(1);
});

it.each(['sched-before', '71'])(
  'finds the reports of job %s from a release that did not store when jobs were added',
  async (id) => {
    const days = { startDate: '2026-06-03', endDate: '2026-06-03' };
    const data = { reportType: 'PROFILE_PERFORMANCE', format: 'CSV', site_id: 'berlin', ...days } as const;
    const order = (timestamp: number) => createJobReports(database.pool, { id, timestamp }, data, new Date(timestamp));
    const first = await order(Date.UTC(2026, 5, 8));
    await database.pool.query('update reports set job_added_at = null where job_id = $1', [id]);
    expect(await order(Date.UTC(2026, 5, 8))).toEqual(first);
  },
);

it('does not mistake a numeric job id for that of an earlier job without a stored time', async () => {
  const days = { startDate: '2026-06-03', endDate: '2026-06-03' };
  const data = { reportType: 'PROFILE_PERFORMANCE', format: 'CSV', site_id: 'berlin', ...days } as const;
  const order = (timestamp: number) =>
    createJobReports(database.pool, { id: '72', timestamp }, data, new Date(timestamp));
  const first = await order(Date.UTC(2026, 5, 8));
  await database.pool.query(`update reports set job_added_at = null, created_at = '2026-06-08' where job_id = '72'`);
  expect(await order(Date.UTC(2026, 5, 9))).not.toEqual(first);
});

it('is not done with a report for which a resend is requested while it is being sent', async () => {
  const template = await addTemplate('resent', { site_id: 'berlin', timezone: 'Europe/Berlin' });
  const [id] = await createSlotReports(database.pool, template, new Date('2026-06-08T07:00:00Z'));
  await database.pool.query(`update reports set status = 'generated' where id = $1`, [id]);
  const beingSent = (await findReport(database.pool, id!))!;
  await resendReport(database.pool, beingSent, undefined, new Date());
  await endReport(database.pool, beingSent);
  const doneAt = async () =>
    (await database.pool.query('select done_at from reports where id = $1', [id])).rows[0].done_at;
  expect(await doneAt()).toBeNull();
  await endReport(database.pool, (await findReport(database.pool, id!))!);
  expect(await doneAt()).not.toBeNull();
});

it('creates reports for sites of whose period only rollups are left', async () => {
  await database.pool.query(`insert into sites (site_id) values ('rolled')`);
  await database.pool.query(
    `insert into rollup_15m (site_id, interval_start, dimension, event_type, value, events, visitor_count, visitors)
    values ('rolled', '2026-05-05T10:00:00Z', 'all', 'view', '', 1, 1, '')`,
  );
  const template = await addTemplate('quarters', { period_type: 'month' });
  await createSlotReports(database.pool, template, new Date('2026-06-01T09:00:00Z'));
  expect((await ordered('template_id', 'quarters')).map(([siteId]) => siteId)).toEqual(['rolled']);
});

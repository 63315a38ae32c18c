/** Templates with the whole system running: scheduler, workers and processor as separate processes. */

import { addJob } from '@millrace/shared/queue/add-job';
import { openQueue, type QueueHandle } from '@millrace/shared/queue/queue';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type MailReceiver, receiveMail } from '@millrace/shared/testing/mail-receiver';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { queueEnvironment } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openReportsApi, type ReportsApi } from './reports-api.js';

let database: TestDatabase;
let api: ReportsApi;
let queue: QueueHandle;
let services: SpawnedService[];
let mail: MailReceiver;

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2026-01-01', '2026-07-01');
  await database.pool.query(`insert into sites (site_id, created_at) values ('shop', '2026-01-01')`);
  await database.pool.query(
    `insert into events (site_id, timestamp, event_id, event_type, path, user_id)
    select 'shop', timestamptz '2026-01-01 12:00Z' + n * interval '1 day', gen_random_uuid(),
      case when n % 10 = 0 then 'signup' else 'view' end, '/p', 'u' || n % 7 from generate_series(0, 150) as n`,
  );
  api = await openReportsApi(database);
  const location = testQueue('postgres', database);
  queue = openQueue('report-generation', location, silent);
  await queue.queue.waitUntilReady();
  mail = await receiveMail();
  const env = {
    SMTP_URL: mail.url,
    MAIL_FROM: 'reports@example.org',
    DATABASE_URL: database.url,
    ...queueEnvironment(location),
    EXPORT_DIR: api.folder,
    DISABLE_AUTO_SYNC: 'true',
  };
  services = await Promise.all([
    spawnService('scheduler', env),
    spawnService('scheduler', env),
    spawnService('reporting', env, [], 'worker'),
    spawnService('reporting', env, [], 'worker'),
    spawnService('processor', env),
  ]);
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.end()));
  await mail.close();
  await queue.close();
  await api.close();
  await database.drop();
});

const countDone = async (templateId: string) => {
  const { rows } = await database.pool.query<{ done: number }>(
    'select count(*)::int as done from reports where template_id = $1 and done_at is not null',
    [templateId],
  );
  return rows[0]!.done;
};

it('writes one report for each slot, with two schedulers and two workers, until it is stopped', async () => {
  const sent = { name: 'Often', schedule: 'daily', dataset: 'activity-trends', format: 'csv', site_id: 'shop' };
  const { id } = (await api.call('post', '/report-templates').send(sent).expect(201)).body;
  // More often than users may.
  await database.pool.query(`update schedules set cron = '* * * * * *', updated_at = clock_timestamp() where id = $1`, [
    `report-${id}`,
  ]);
  await eventually(async () => (await countDone(id)) >= 3 || (await countDone(id)), 'three slots are reported');
  await api.call('post', '/report-templates/stop').expect(200);
  const open = `select 1 from schedule_runs where schedule_id = $1 and added_at is null and error is null`;
  await eventually(async () => (await database.pool.query(open, [`report-${id}`])).rowCount === 0, 'no slot is open');
  const slots = `select count(*)::int as slots from schedule_runs where schedule_id = $1`;
  await eventually(async () => {
    const { rows } = await database.pool.query<{ slots: number }>(slots, [`report-${id}`]);
    const done = await countDone(id);
    return rows[0]!.slots === done || done;
  }, 'each slot has its report');
  const { rows } = await database.pool.query(
    'select count(*)::int as reports, count(distinct slot)::int as slots from reports where template_id = $1',
    [id],
  );
  expect(rows[0].reports).toBe(rows[0].slots);
  expect((await api.call('get', `/report-templates/${id}`)).body).toMatchObject({
    isActive: true,
    nextGeneration: null,
    lastGenerated: expect.any(String),
  });
});

async function reportOf(templateId: string, at: string) {
  await addJob(queue.queue, 'report', { templateId, at }, { jobId: `${templateId}-now` });
  await eventually(async () => (await countDone(templateId)) === 1, `${templateId} is written`);
  const { reports } = (await api.call('get', '/reports').query({ template_id: templateId }).expect(200)).body;
  expect(reports[0]).toMatchObject({ status: 'generated', error: null });
  const file = await api.call('get', `/reports/${reports[0].id}/download`).expect(200);
  return { days: [reports[0].first_day, reports[0].last_day], file };
}

it('has a default template with each day of last week', async () => {
  const { days, file } = await reportOf('weekly-user-growth', '2026-05-18T09:00:00Z');
  expect(days).toEqual(['2026-05-11', '2026-05-17']);
  expect(file.text.split('\r\n').slice(0, 2)).toEqual([
    'time:day,visitors,event:signup,views,events',
    '2026-05-11,1,1,0,1',
  ]);
  expect(file.text.trim().split('\r\n')).toHaveLength(8);
});

it('has a default template with everything about last month', async () => {
  const { days, file } = await reportOf('monthly-comprehensive', '2026-03-01T09:00:00Z');
  expect(days).toEqual(['2026-02-01', '2026-02-28']);
  expect(file.headers['content-type']).toContain('application/json');
  expect(file.body.metadata.totalRecords).toBeGreaterThan(28);
});

it('has a default template with the weeks of last quarter', async () => {
  const { days, file } = await reportOf('quarterly-performance', '2026-04-01T09:00:00Z');
  expect(days).toEqual(['2026-01-01', '2026-03-31']);
  const rows = file.text.trim().split('\r\n');
  expect(rows[0]).toBe('time:week,visitors,event:signup,views,events,event:payment');
  expect(rows).toHaveLength(15);
});

it('deletes the schedule of a template that was erased with its site', async () => {
  await database.pool.query(
    `insert into schedules (id, name, queue, job, cron, timezone, data, catch_up)
    values ('report-erased', 'Erased', 'report-generation', 'report', '* * * * * *', 'UTC', '{"templateId": "erased"}', 'newest')`,
  );
  const there = `select 1 from schedules where id = 'report-erased'`;
  await eventually(async () => (await database.pool.query(there)).rowCount === 0, 'the schedule is gone');
});

it('sends the report with its file to each recipient once, and again on request', async () => {
  const recipients = [{ address: 'anna@example.org', name: 'Anna' }, 'bob@example.org'];
  const sent = {
    name: 'The week',
    schedule: 'weekly',
    dataset: 'activity-trends',
    format: 'pdf',
    site_id: 'shop',
    recipients,
  };
  const { id } = (await api.call('post', '/report-templates').send(sent).expect(201)).body;
  await reportOf(id, '2026-05-18T09:00:00Z');
  const { reports } = (await api.call('get', '/reports').query({ template_id: id })).body;
  const deliveries = async () =>
    (await api.call('get', `/reports/${reports[0].id}`).expect(200)).body.deliveries.map(
      ({ recipient, status }: Record<string, unknown>) => [recipient, status],
    );
  expect(await deliveries()).toEqual([
    ['anna@example.org', 'sent'],
    ['bob@example.org', 'sent'],
  ]);
  expect(mail.received).toHaveLength(2);
  await api
    .call('post', `/reports/${reports[0].id}/resend`)
    .send({ recipients: ['carl@example.org'] })
    .expect(202);
  await eventually(async () => mail.received.length === 3, 'Carl gets it, too');
  expect((await deliveries()).map(([recipient]: [string]) => recipient)).toContain('carl@example.org');
});

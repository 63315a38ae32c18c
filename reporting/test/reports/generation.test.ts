/** Reports from the job of a slot to the file: their content, one per slot and site, and the state after a crash. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { addJob } from '@millrace/shared/queue/add-job';
import { openQueue, type QueueHandle } from '@millrace/shared/queue/queue';
import { addPartition } from '@millrace/shared/testing/add-partition';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { queueEnvironment } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPdf } from '../read-pdf.js';
import { openReportsApi, type ReportsApi } from './reports-api.js';

const storeEvents = `insert into events (site_id, timestamp, event_id, event_type, path, user_id, referrer)
  select $1, timestamp, gen_random_uuid(), type, '/p' || n % 3, 'u' || n % 4, case when n % 2 = 0 then 'https://news.example/' end
  from unnest($2::timestamptz[], $3::text[]) with ordinality as event (timestamp, type, n)`;

describe.each(queueBackends)('on %s', (backend) => {
  let database: TestDatabase;
  let api: ReportsApi;
  let queue: QueueHandle;
  let env: NodeJS.ProcessEnv;
  let services: SpawnedService[];

  beforeAll(async () => {
    database = await createTestDatabase();
    await addPartition(database.pool, '2026-05-01', '2026-07-01');
    await database.pool.query(
      `insert into sites (site_id, timezone, created_at) values ('shop', 'Europe/Berlin', '2026-01-01'), ('blog', 'UTC', '2026-01-01'),
        ('quiet', 'UTC', '2026-01-01')`,
    );
    const day = (hour: number) => `2026-06-09T${String(hour).padStart(2, '0')}:30:00Z`;
    await database.pool.query(storeEvents, [
      'shop',
      [1, 2, 3, 4, 5].map(day),
      ['view', 'view', 'view', 'signup', 'click'],
    ]);
    await database.pool.query(storeEvents, [
      'shop',
      ['2026-06-08T10:00:00Z', '2026-06-08T11:00:00Z'],
      ['view', 'view'],
    ]);
    await database.pool.query(storeEvents, ['blog', [day(1)], ['view']]);
    await database.pool.query(storeEvents, ['quiet', ['2026-06-01T10:00:00Z'], ['view']]);
    api = await openReportsApi(database);
    const location = testQueue(backend, database);
    queue = openQueue('report-generation', location, silent);
    await queue.queue.waitUntilReady();
    env = { DATABASE_URL: database.url, ...queueEnvironment(location), EXPORT_DIR: api.folder };
    services = await Promise.all([
      spawnService('reporting', env, [], 'worker'),
      spawnService('reporting', env, [], 'worker'),
      spawnService('processor', env),
    ]);
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.end()));
    await queue.close();
    await api.close();
    await database.drop();
  });

  const reports = async (query: object = {}) =>
    (await api.call('get', '/reports').query(query).expect(200)).body.reports;
  const isDone = async (query: object, count: number) => {
    const { rows } = await database.pool.query<{ done: number }>(
      'select count(done_at)::int as done from reports where template_id = $1',
      [(query as { template_id: string }).template_id],
    );
    return rows[0]!.done >= count || rows[0]!.done;
  };
  async function runSlot(templateId: string, at: string, jobId: string): Promise<unknown> {
    await addJob(queue.queue, 'report', { templateId, at }, { jobId });
    let result: unknown;
    await eventually(async () => {
      const job = await queue.queue.getJob(jobId);
      result = job?.returnvalue;
      return job?.finishedOn !== undefined;
    }, `job ${jobId} has ended`);
    return result;
  }
  const create = async (body: object) =>
    (
      await api
        .call('post', '/report-templates')
        .send({ name: 'Mine', schedule: 'daily', dataset: 'activity-trends', format: 'csv', ...body })
        .expect(201)
    ).body.id;

  it('creates one report of yesterday for each site that was active, however often its job runs', async () => {
    const at = '2026-06-10T09:00:00Z';
    const templateId = 'daily-activity-summary';
    await Promise.all([1, 2, 3].map((run) => runSlot(templateId, at, `slot-${run}`)));
    await eventually(() => isDone({ template_id: templateId }, 2), 'both reports are done');
    const found = await reports({ template_id: templateId });
    expect(
      found
        .map((each: Record<string, unknown>) => [
          each.site_id,
          each.first_day,
          each.last_day,
          each.timezone,
          each.status,
        ])
        .sort(),
    ).toEqual([
      ['blog', '2026-06-09', '2026-06-09', 'UTC', 'generated'],
      ['shop', '2026-06-09', '2026-06-09', 'Europe/Berlin', 'generated'],
    ]);
    const { id } = found.find((each: { site_id: string }) => each.site_id === 'shop');
    const download = await api.call('get', `/reports/${id}/download`).expect(200);
    expect(download.text).toBe('day,events,views,visitors\r\n2026-06-09,5,3,4\r\n');
    expect(download.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename=daily-activity-summary_shop_2026-06-09.csv',
    });
    const { body } = await api.call('get', `/reports/${id}`).expect(200);
    expect(body).toMatchObject({
      slot: '2026-06-10T09:00:00.000Z',
      rows: 1,
      bytes: Buffer.byteLength(download.text),
      checksum: `sha256:${createHash('sha256').update(download.text).digest('hex')}`,
      revision: 1,
      revised: false,
      key_figures: [
        { name: 'views', title: 'Views', value: '3', previous: '2', change: 50 },
        { name: 'visitors', title: 'Visitors', value: '4', previous: '2', change: 100 },
        { name: 'events', title: 'Events', value: '5', previous: '2', change: 150 },
        { name: 'signups', title: 'Sign-ups', value: '1', previous: '0', change: null },
      ],
      deliveries: [{ kind: 'email', recipient: '', status: 'skipped', error: 'The report has no recipients.' }],
    });
  });

  it('shows when a template last generated a report, and counts reports', async () => {
    const { body } = await api.call('get', '/report-templates/daily-activity-summary').expect(200);
    expect(Date.parse(body.lastGenerated)).toBeGreaterThan(Date.now() - 600_000);
    expect((await api.call('get', '/reports/statistics').expect(200)).body).toEqual({
      ...{ totalTemplates: 4, activeTemplates: 4, totalReports: 2, successfulReports: 2, failedReports: 0 },
    });
  });

  const doneReport = async (id: string) => {
    await eventually(async () => {
      const { rows } = await database.pool.query('select 1 from reports where id = $1 and done_at is not null', [id]);
      return rows.length === 1;
    }, `report ${id} is done`);
    return (await api.call('get', `/reports/${id}`).expect(200)).body;
  };
  const generate = async (templateId: string, body: object) =>
    (await api.call('post', `/report-templates/${templateId}/generate`).send(body).expect(202)).body;

  it('generates a report at once for any range, as JSON with its metadata', async () => {
    const templateId = await create({ format: 'json', includeMetadata: true });
    const requested = await generate(templateId, { date_range: ['2026-06-08', '2026-06-09'], site_id: 'shop' });
    const days = { first_day: '2026-06-08', last_day: '2026-06-09' };
    const pending = { id: expect.any(String), site_id: 'shop', status: 'pending' };
    expect(requested).toEqual({ ...days, reports: [{ ...pending, ...days }] });
    const { id, ...report } = await doneReport(requested.reports[0].id);
    expect(report).toMatchObject({ status: 'generated', slot: null, rows: 2, timezone: 'Europe/Berlin' });
    const { metadata, ...rest } = (await api.call('get', `/reports/${id}/download`).expect(200)).body;
    expect(metadata).toMatchObject({ totalRecords: 2, exportFormat: 'json', generatedAt: report.generated_at });
    expect(Object.values(rest)).toContainEqual([
      { day: '2026-06-08', events: 2, views: 2, visitors: 2 },
      { day: '2026-06-09', events: 5, views: 3, visitors: 4 },
    ]);
  });

  it('generates a PDF', async () => {
    const templateId = await create({ format: 'pdf', site_id: 'shop' });
    const { reports: requested } = await generate(templateId, { first_day: '2026-06-01', last_day: '2026-06-30' });
    const { id } = await doneReport(requested[0].id);
    const { body, headers } = await api.call('get', `/reports/${id}/download`).buffer(true).expect(200);
    expect(headers['content-type']).toBe('application/pdf');
    expect(headers['content-disposition']).toContain('mine_shop_2026-06-01_2026-06-30.pdf');
    const { pages } = await readPdf(Readable.from([body]));
    const shown = pages.flatMap(({ lines }) => lines).join('\n');
    for (const text of [
      'Mine',
      '1 to 30 June 2026, Europe/Berlin',
      'Visitors by day',
      'Top pages',
      'Top referrers',
      'Activity by day',
    ]) {
      expect(shown).toContain(text);
    }
  });

  it('reports the hours of a single day in the time zone of the site', async () => {
    const templateId = await create({ format: 'pdf', site_id: 'shop' });
    const { reports: requested } = await generate(templateId, { date_range: ['2026-06-09', '2026-06-09'] });
    const { id } = await doneReport(requested[0].id);
    const { body } = await api.call('get', `/reports/${id}/download`).buffer(true).expect(200);
    const { pages } = await readPdf(Readable.from([body]));
    const texts = pages.flatMap(({ items }) => items.map(({ text }) => text));
    expect(texts).toEqual(expect.arrayContaining(['Visitors by hour', '00:00', '06:00', '18:00', 'Page', 'Referrer']));
  });

  it('marks a report as revised when an event arrives late, and says what changed when it is reissued', async () => {
    const templateId = await create({ site_id: 'shop', recipients: ['anna@example.org'] });
    const { reports: requested } = await generate(templateId, { date_range: ['2026-06-08', '2026-06-08'] });
    const first = await doneReport(requested[0].id);
    expect(first.revised).toBe(false);
    await database.pool.query(storeEvents, ['shop', ['2026-06-08T12:00:00Z'], ['signup']]);
    expect((await api.call('get', `/reports/${first.id}`)).body.revised).toBe(true);
    const again = (await api.call('post', `/reports/${first.id}/reissue`).expect(202)).body;
    expect(again).toEqual({ id: expect.any(String), site_id: 'shop', revision: 2, status: 'pending' });
    const second = await doneReport(again.id);
    expect(second).toMatchObject({
      ...{ revision: 2, revised: false, first_day: '2026-06-08', template_id: templateId },
      changes: [
        { name: 'events', title: 'Events', before: '2', now: '3' },
        { name: 'signups', title: 'Sign-ups', before: null, now: '1' },
      ],
      deliveries: [{ recipient: 'anna@example.org' }],
    });
    // Of the first one, too: the reissued one is the next revision.
    expect((await api.call('post', `/reports/${first.id}/reissue`).expect(202)).body.revision).toBe(3);
    await api.call('post', `/reports/${second.id}/reissue`).expect(409);
  });

  it('resends a report on request', async () => {
    const templateId = await create({ site_id: 'shop', recipients: ['anna@example.org'] });
    const { reports: requested } = await generate(templateId, { date_range: ['2026-06-09', '2026-06-09'] });
    const { id } = await doneReport(requested[0].id);
    expect((await api.call('post', `/reports/${id}/resend`).expect(202)).body).toEqual({
      id,
      status: 'pending',
      recipients: 1,
      skipped: [],
    });
    await doneReport(id);
    await api
      .call('post', `/reports/${id}/resend`)
      .send({ recipients: ['a@b, c@d'] })
      .expect(400);
  });

  async function runJob(data: object, jobId: string) {
    await addJob(queue.queue, 'GENERATE_REPORT', data, { jobId });
    await eventually(async () => (await queue.queue.getJob(jobId))?.finishedOn !== undefined, `job ${jobId} has ended`);
    return (await queue.queue.getJob(jobId))!;
  }

  it.each([
    ['PROFILE_PERFORMANCE', 'CSV', 'Profile performance', 'text/csv; charset=utf-8'],
    ['REVENUE_SUMMARY', 'JSON', 'Revenue summary', 'application/json; charset=utf-8'],
    ['COST_ANALYSIS', 'CSV', 'Cost analysis', 'text/csv; charset=utf-8'],
    ['ENGAGEMENT_METRICS', 'PDF', 'Engagement metrics', 'application/pdf'],
  ])('creates a report %s as %s for a job of that type', async (reportType, format, title, contentType) => {
    const days = { startDate: '2026-06-09', endDate: '2026-06-09' };
    const about = { site_id: 'shop', recipientEmail: 'anna@example.org', outputPath: `${reportType}.${format}` };
    const job = await runJob({ reportType, format, ...days, ...about }, `job-${reportType}`);
    const [id] = job.returnvalue.reportIds;
    const report = await doneReport(id);
    expect(report).toMatchObject({
      ...{
        title,
        site_id: 'shop',
        template_id: null,
        job_id: `job-${reportType}`,
        status: 'generated',
        first_day: '2026-06-09',
      },
      recipients: [{ address: 'anna@example.org' }],
      deliveries: [{ recipient: 'anna@example.org' }],
    });
    const { headers } = await api.call('get', `/reports/${id}/download`).expect(200);
    expect(headers['content-type']).toBe(contentType);
    expect(await readdir(api.folder)).toContain(`${reportType}.${format}`);
  });

  it('covers the week before the slot if a job names a period, for each site that was active in it', async () => {
    const at = '2026-06-15T08:00:00Z';
    const data = { reportType: 'PROFILE_PERFORMANCE', format: 'PDF', periodType: 'week', period: 'previous', at };
    const job = await runJob(data, 'weekly');
    const found = await Promise.all(job.returnvalue.reportIds.map(doneReport));
    expect(found.map((each) => [each.site_id, each.first_day, each.last_day, each.status])).toEqual([
      ['blog', '2026-06-08', '2026-06-14', 'generated'],
      ['shop', '2026-06-08', '2026-06-14', 'generated'],
    ]);
  });

  it('fails a report with the reason if its parameters cannot be read, and sends none', async () => {
    const profileIds = Array.from({ length: 1_001 }, (_, at) => `p${at}`);
    const about = { site_id: 'shop', startDate: '2026-06-09', endDate: '2026-06-09', format: 'CSV', profileIds };
    const job = await runJob({ reportType: 'PROFILE_PERFORMANCE', ...about }, 'too-many');
    const report = await doneReport(job.returnvalue.reportIds[0]);
    expect(report).toMatchObject({ status: 'failed', deliveries: [], download: null });
    expect(report.error).toContain('profile_ids');
    const { body } = await api.call('get', `/reports/${report.id}/download`).expect(409);
    expect(body.error.message).toContain('profile_ids');
    expect((await api.call('get', '/reports/statistics')).body.failedReports).toBe(1);
    const refused = await runJob({ reportType: 'REVENUE_SUMMARY', ...about }, 'no-profiles');
    expect(refused.failedReason).toBe(
      'A report of type REVENUE_SUMMARY cannot be limited to profiles: omit profileIds.',
    );
  });

  /** Resolves with a report that a worker cannot finish before `release`. */
  async function blockedReport() {
    const templateId = await create({ dataset: 'profile-performance', site_id: 'shop' });
    const blocker = await database.pool.connect();
    await blocker.query('begin; lock table profile_performance in access exclusive mode');
    const { reports: requested } = await generate(templateId, { date_range: ['2026-06-09', '2026-06-09'] });
    const { id } = requested[0];
    const isWriting = async () =>
      (await readdir(api.folder)).some((name) => name.endsWith('.part')) ||
      (await database.pool.query(`select 1 from reports where id = $1 and status = 'generating'`, [id])).rowCount === 1;
    await eventually(isWriting, 'a worker is writing the report');
    await eventually(
      async () => (await database.pool.query('select 1 from pg_locks where not granted')).rowCount! > 0,
      'it waits for rows',
    );
    const release = async () => {
      await blocker.query('rollback');
      blocker.release();
    };
    return { id, templateId, release };
  }
  /** Whichever worker writes it. */
  const endWorkers = (signal: NodeJS.Signals) =>
    Promise.all(services.slice(0, 2).map((service) => service.end(signal)));
  async function startWorkers(more: NodeJS.ProcessEnv = {}): Promise<void> {
    const start = () => spawnService('reporting', { ...env, ...more }, [], 'worker');
    services.splice(0, 2, ...(await Promise.all([start(), start()])));
  }
  const beginsOf = async (id: string) =>
    (await database.pool.query('select begins from reports where id = $1', [id])).rows[0].begins;

  it('is generated once by another worker if one dies midway, which counts as an attempt', async () => {
    const { id, templateId, release } = await blockedReport();
    await endWorkers('SIGKILL');
    await release();
    expect(await beginsOf(id)).toBe(1);
    await startWorkers();
    expect(await doneReport(id)).toMatchObject({ status: 'generated' });
    expect(await beginsOf(id)).toBe(2);
    const { rows } = await database.pool.query('select count(*)::int as count from reports where template_id = $1', [
      templateId,
    ]);
    expect(rows).toEqual([{ count: 1 }]);
    await api.call('get', `/reports/${id}/download`).expect(200);
  });

  it('does not count a shutdown of its worker as an attempt', async () => {
    await endWorkers('SIGTERM');
    await startWorkers({ SHUTDOWN_TIMEOUT_MS: '1000' });
    const { id, release } = await blockedReport();
    await endWorkers('SIGTERM');
    await release();
    expect(await beginsOf(id)).toBe(0);
    await startWorkers();
    expect(await doneReport(id)).toMatchObject({ status: 'generated' });
  });

  it('is given up if no worker survives it, and not sent', async () => {
    const { rows } = await database.pool.query<{ id: string }>(
      `insert into reports (site_id, id, origin, title, dataset, format, first_day, last_day, timezone, status, begins)
      select 'shop', id, id, 'Mine', 'activity-trends', 'csv', '2026-06-09', '2026-06-09', 'UTC', 'generating', 10
      from gen_random_uuid() as id returning id`,
    );
    expect(await doneReport(rows[0]!.id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('It was started 10 times, but every worker stopped before finishing it'),
      deliveries: [],
    });
  });
});

/** What `/api/v1/report-templates` refuses, storing nothing of it. */
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReportsApi, type ReportsApi } from './reports-api.js';

let database: TestDatabase;
let api: ReportsApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(`insert into sites (site_id, timezone) values ('shop', 'Europe/Berlin'), ('blog', 'UTC')`);
  api = await openReportsApi(database);
});
afterAll(async () => {
  await api.close();
  await database.drop();
});

const path = '/report-templates';
const daily = { name: 'Mine', schedule: 'daily', dataset: 'activity-trends', format: 'CSV' };

describe('refuses', () => {
  it.each([
    ['an unknown site', { site_id: 'nowhere' }, 404, undefined],
    ['an unknown dataset', { dataset: 'nonsense' }, 400, 'dataset'],
    [
      'a dataset of the current state, whatever the days of the report',
      { dataset: 'performance-metrics' },
      400,
      'dataset',
    ],
    ['a parameter that the dataset does not have', { params: { limit: 5 } }, 400, 'limit'],
    ['a range, which follows from the schedule', { params: { date_range: '7d' } }, 400, 'params.date_range'],
    ['an unknown format', { format: 'docx' }, 400, 'format'],
    ['metadata that the format does not have', { includeMetadata: true }, 400, 'includeMetadata'],
    ['an invalid cron expression', { schedule: 'every monday' }, 400, 'schedule'],
    ['a cron that never fires', { schedule: '0 9 31 2 *' }, 400, 'schedule'],
    ['a cron that fires each second', { schedule: '* * * * * *' }, 400, 'schedule'],
    ['a cron that fires twice within an hour', { schedule: '0,30 9 * * *' }, 400, 'schedule'],
    ['an unknown time zone', { timezone: 'Mars/Olympus' }, 400, 'timezone'],
    ['a period that contradicts the schedule', { period: 'month' }, 400, 'period'],
    ['two addresses in one', { recipients: ['a@example.org,b@example.org'] }, 400, 'recipients'],
    ['a line break in an address', { recipients: ['a@example.org\r\nBcc: b@example.org'] }, 400, 'recipients'],
    ['a display name in an address', { recipients: ['Anna <a@example.org>'] }, 400, 'recipients'],
    [
      'a name without visible characters',
      { recipients: [{ address: 'a@example.org', name: '\u0000\u200b' }] },
      400,
      'recipients',
    ],
    ['101 addresses', { recipients: Array.from({ length: 101 }, (_, at) => `u${at}@example.org`) }, 400, 'recipients'],
    ['a webhook without encryption', { webhook: 'http://example.org/' }, 400, 'webhook'],
    ['a webhook with a password', { webhook: 'https://a:b@example.org/' }, 400, 'webhook'],
    ['a webhook with code', { webhook: 'javascript:alert(1)' }, 400, 'webhook'],
    ['NUL in a description', { description: 'a\u0000b' }, 400, undefined],
    [
      'half a character in a parameter',
      { dataset: 'events', params: { filters: [['is', 'path', ['\ud800']]] } },
      400,
      undefined,
    ],
    ['an unknown field', { isAdmin: true }, 400, 'isAdmin'],
    ['an empty name', { name: '\n' }, 400, 'name'],
  ])('%s', async (_what, change, status, field) => {
    const { body } = await api
      .call('post', path)
      .send({ ...daily, ...change })
      .expect(status);
    expect(body.error.details?.field).toBe(field);
    const { rows } = await database.pool.query(
      'select count(*)::int as count from report_templates where not built_in',
    );
    expect(rows).toEqual([{ count: 0 }]);
  });

  it('an invalid webhook, explaining the required form', async () => {
    const { body } = await api
      .call('post', path)
      .send({ ...daily, webhook: 'file:///etc/passwd' })
      .expect(400);
    expect(body.error.message).toBe('webhook cannot be used: it must begin with https://');
  });

  it.each([
    ['http://127.0.0.1:2526/hook', 'it must begin with https://'],
    ['https://10.0.0.1/x', '10.0.0.1 is in a private network'],
    ['https://127.0.0.1/x', '127.0.0.1 is in a private network'],
    ['https://hooks.example.org:9000/x', 'its port must be 443, 8443 or 80'],
  ])('the webhook %s, unless such addresses are allowed', async (webhook, problem) => {
    const { body } = await api
      .call('post', path)
      .send({ ...daily, webhook })
      .expect(400);
    expect(body.error).toMatchObject({
      message: `webhook cannot be used: ${problem}; to allow this, set ALERT_ALLOW_PRIVATE=true`,
      details: { field: 'webhook' },
    });
    await api.call('patch', `${path}/daily-activity-summary`).send({ webhook }).expect(400);
    const allowing = await openReportsApi(database, { allowPrivate: true });
    const { body: made } = await allowing
      .call('post', path)
      .send({ ...daily, webhook })
      .expect(201);
    await allowing.call('delete', `${path}/${made.id}`).expect(200);
    await allowing.close();
  });

  it('a reserved webhook address, even if private ones are allowed', async () => {
    const { body } = await api
      .call('post', path)
      .send({ ...daily, webhook: 'https://169.254.169.254/' })
      .expect(400);
    expect(body.error.message).toBe('webhook cannot be used: 169.254.169.254 is reserved');
  });

  it('a body with 50,000 levels', async () => {
    const deep = `{"name":"x","schedule":"daily","dataset":"events","format":"csv","params":${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}}`;
    await api.call('post', path).set('content-type', 'application/json').send(deep).expect(400);
  });

  it('a change of the site', async () => {
    const { body } = await api.call('patch', `${path}/daily-activity-summary`).send({ site_id: 'shop' }).expect(400);
    expect(body.error).toMatchObject({ message: 'site_id cannot be changed: create another template' });
  });

  it.each(['..%2f..%2fetc', '%00', "a'b", 'A'])('an id such as %s', async (id) => {
    await api.call('get', `${path}/${id}`).expect(404);
  });

  it.each([
    ['next_week', 'must be one of day, 7d, 28d, 30d, yesterday,'],
    ['24h', 'must be one of day, 7d, 28d, 30d, yesterday,'],
    [['2026-06-01'], 'must be two days'],
    [['2026-06-01', 'today'], 'must be a calendar day such as 2026-01-31'],
  ])('a report of %j', async (date_range, rule) => {
    const { body } = await api.call('post', `${path}/daily-activity-summary/generate`).send({ date_range }).expect(400);
    expect(body.error.details).toEqual({ field: 'date_range' });
    expect(body.error.message).toContain(rule);
  });

  it.each([
    [{ first_day: '2026-06-01' }, 'last_day', 'last_day is required: first_day and last_day belong together'],
    [{ last_day: '2026-06-01' }, 'first_day', 'first_day is required: first_day and last_day belong together'],
    [{}, '', 'The body needs date_range, or first_day and last_day'],
  ])('a report of %j, naming what is missing', async (sent, field, message) => {
    const { body } = await api.call('post', `${path}/daily-activity-summary/generate`).send(sent).expect(400);
    expect(body.error).toMatchObject({ message, details: { field } });
  });

  it('the 201st template of a site', async () => {
    await database.pool.query(
      `insert into report_templates (id, site_id, name, schedule, cron, period_type, dataset, format)
      select 'many-' || n, 'shop', 'x', 'daily', '0 9 * * *', 'day', 'events', 'csv' from generate_series(1, 200) as n`,
    );
    await api
      .call('post', path)
      .send({ ...daily, site_id: 'shop' })
      .expect(409);
    await api
      .call('post', path)
      .send({ ...daily, site_id: 'blog' })
      .expect(201);
  });
});

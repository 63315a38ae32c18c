/** A whole Millrace whose services each have a database user with only the rights of their role: everything works. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createKey } from '@millrace/shared/access/keys';
import { eventually } from '@millrace/shared/testing/eventually';
import { urlFor } from '@millrace/shared/testing/service-logins';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventId } from './send-events.js';

const folder = fileURLToPath(new URL('../../', import.meta.url));
const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);
const today = dayOf(Date.now());
const yesterday = dayOf(Date.now() - 86_400_000);
let stack: Stack;
let scheduler: SpawnedService;
let worker: SpawnedService;
let exportsFolder: string;
let key: string;

beforeAll(async () => {
  exportsFolder = await mkdtemp(join(tmpdir(), 'millrace-roles-'));
  const access = { INGEST_AUTH: 'key', READ_AUTH: 'key' };
  const limits = { RAW_RETENTION_DAYS: '400', AGGREGATION_REQUESTS_PER_MINUTE: '0', EXPORT_DIR: exportsFolder };
  stack = await startStack({ env: { ...access, ...limits } });
  [scheduler, worker] = await Promise.all([
    spawnService('scheduler', stack.env),
    spawnService('reporting', stack.env, [], 'worker'),
  ]);
  ({ key } = await createKey(stack.database.pool, { name: 'all', scopes: ['admin'] }));
  // In place of a reason why Postgres would refuse a valid event.
  await stack.database.pool.query(`create function refuse() returns trigger language plpgsql as $$
    begin raise 'no such path' using errcode = '22023'; end $$`);
  await stack.database.pool.query(`create trigger refuse before insert on events for each row
    when (new.path = '/poison') execute function refuse()`);
});
afterAll(async () => {
  await Promise.all([scheduler.end(), worker.end()]);
  await stack.stop();
  await rm(exportsFolder, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: the tests read single fields of many answers.
async function call(method: string, url: string, body?: object): Promise<any> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
}
const send = (events: object[]) => call('POST', `${stack.ingestionUrl}/events`, events);
const report = (method: string, path: string, body?: object) =>
  call(method, `${stack.reportingUrl}/api/v1${path}`, body);
const schedule = async (method: string, path: string, body?: object) =>
  (await call(method, `${scheduler.url}/api/v1${path}`, body)).data;
const rows = async (sql: string) => (await stack.database.pool.query(sql)).rows;
const has = (sql: string, what: string) => eventually(async () => (await rows(sql)).length > 0, what);

const event = (number: number, fields: object) => ({
  ...{ site_id: 'shop', event_type: 'view', path: '/', user_id: `user-${number}`, event_id: eventId(number) },
  ...{ timestamp: new Date(Date.now() - number * 1_000).toISOString(), ...fields },
});

/** Runs a job by the scheduler's API until `sql` has a row. */
async function runUntil(queue: string, jobName: string, data: object, sql: string): Promise<void> {
  await eventually(async () => {
    const { jobId } = await schedule('POST', `/queues/${queue}/jobs`, { jobName, data });
    await eventually(async () => {
      const { state } = await schedule('GET', `/queues/${queue}/jobs/${jobId}`);
      return state === 'completed' || state;
    }, `job ${jobName} is completed`);
    return (await rows(sql)).length > 0;
  }, `${jobName} has led to: ${sql}`);
}

it('has no owner, superuser or creator of databases behind any connection of a service', async () => {
  const users = () =>
    rows(`select distinct usename, rolsuper or rolcreatedb or rolcreaterole or exists (
      select from pg_class where relowner = usesysid) as mighty
    from pg_stat_activity join pg_roles on rolname = usename
    where datname = current_database() and pid <> pg_backend_pid() and application_name <> 'millrace-test' order by usename`);
  const names = ['test_ingestion', 'test_processor', 'test_reporting', 'test_scheduler'];
  await expect.poll(users).toEqual(names.map((usename) => ({ usename, mighty: false })));
});

it('has only services that are ready', async () => {
  for (const { url } of [stack.ingestion, ...stack.processors, stack.reporting, worker, scheduler]) {
    await expect.poll(async () => (await fetch(`${url}/health/ready`)).status).toBe(200);
  }
});

it('counts events, makes partitions for them, and answers every kind of question', async () => {
  await send([event(1, {}), event(2, { path: '/b', properties: { plan: 'pro' } })]);
  await send([event(6, { timestamp: `${yesterday}T10:00:00Z` })]);
  await send([event(3, { timestamp: '2024-03-05T10:00:00Z' }), event(4, { timestamp: '2024-04-05T10:00:00Z' })]);
  await has('select from events having count(*) = 5', 'all events are stored');
  expect((await call('GET', `${stack.reportingUrl}/stats?site_id=shop`)).total_views).toBe(5);
  await runUntil('analytics-aggregation', 'roll', { site_id: 'shop' }, 'select from rollup_days');
  const range = { site_id: 'shop', date_range: [today, today] };
  const filters = [['is', 'property:plan', ['pro']]];
  const filtered = await report('POST', '/query', { ...range, metrics: ['events'], filters });
  expect(filtered.results).toEqual([{ dimensions: [], metrics: [1] }]);
  const view = { filters: [['is', 'event_type', ['view']]] };
  await report('POST', '/funnel', { ...range, steps: [view, view], window: '1h' });
  await report('POST', '/retention', { ...range, period: 'week' });
  await report('POST', '/journeys', range);
  await report('GET', '/accounting');
  for (const { id, example } of (await report('GET', '/datasets')).datasets) {
    const given = Object.entries({ ...example, site_id: 'shop' }).map(([name, value]) => {
      return [name, typeof value === 'object' ? JSON.stringify(value) : String(value)];
    });
    await report('GET', `/datasets/${id}/rows?${new URLSearchParams(given)}`);
  }
});

it('writes exports and reports', async () => {
  const params = { site_id: 'shop', date_range: 'all' };
  const { id } = await report('POST', '/exports', { dataset: 'events', params, format: 'csv' });
  await eventually(async () => {
    const { status } = await report('GET', `/exports/${id}`);
    return status === 'completed' || status;
  }, 'the export is completed');
  expect((await report('GET', `/exports/${id}/download`)).trim().split('\n')).toHaveLength(6);
  const template = { name: 'Daily', site_id: 'shop', schedule: 'daily', dataset: 'activity-trends', format: 'csv' };
  const made = await report('POST', '/report-templates', template);
  await report('POST', `/report-templates/${made.id}/generate`, { date_range: [today, today] });
  await has(`select from reports where status = 'generated' and done_at is not null`, 'the report is written');
});

it('runs every aggregation, metric, schedule and cleanup', async () => {
  await runUntil('analytics-aggregation', 'all', { site_id: 'shop' }, 'select from site_aggregations');
  const calculate = { site_id: 'shop', metricType: 'quality', periodType: 'day', period: today };
  await runUntil('metrics-calculation', 'calculate', calculate, 'select from site_metrics');
  const timed = { queue: 'cleanup', job: 'clean', data: { type: 'old_logs' }, cron: '0 3 * * *', timezone: 'UTC' };
  const { id } = await schedule('POST', '/schedules', { name: 'Logs', ...timed });
  await schedule('POST', `/schedules/${id}/trigger`);
  for (const type of ['old_logs', 'expired_tokens', 'temp_files']) {
    await runUntil('cleanup', 'clean', { type }, 'select 1');
  }
  await has(`select from schedule_runs where added_at is not null`, 'a schedule has fired');
});

it('dead-letters, replays, erases and drops old months', async () => {
  await send([event(5, { path: '/poison' })]);
  await has('select from dead_letter_events', 'the event is dead-lettered');
  const [letter] = (await schedule('GET', '/dead-letters')).letters;
  await rows('drop trigger refuse on events');
  await schedule('POST', `/dead-letters/${letter.id}/replay`);
  await has(`select from events where path = '/poison'`, 'the event is stored');
  const commands = { PATH: process.env.PATH, DATABASE_URL: urlFor('processor', stack.databaseUrl) };
  const run = (script: string, ...args: string[]) =>
    promisify(execFile)(process.execPath, [join(folder, 'processor/dist', script), ...args], { env: commands });
  await run('erase/erase-command.js', '--site', 'shop', '--user', 'user-1');
  await runUntil('analytics-aggregation', 'roll', {}, 'select from rollup_days');
  const isMoneyBack =
    'select 1 where not exists (select from site_aggregations where revenue_at is distinct from aggregated_at)';
  await runUntil('analytics-aggregation', 'all', {}, isMoneyBack);
  await run('verify/verify-command.js', '--site', 'shop', '--from', yesterday, '--to', yesterday);
  const isDropped = `select 1 where to_regclass('events_2024_03') is null and to_regclass('events_2024_04') is null`;
  await runUntil('cleanup', 'clean', { type: 'temp_files' }, isDropped);
  await report('DELETE', '/sites/shop');
  await has(`select 1 where not exists (select from events)`, 'the site is erased');
});

it('has refused nothing to any service', () => {
  const services = [stack.ingestion, ...stack.processors, stack.reporting, worker, scheduler];
  const refused = services.flatMap(({ log }) =>
    log.filter((line) => /permission denied|42501/.test(JSON.stringify(line))),
  );
  expect(refused).toEqual([]);
});

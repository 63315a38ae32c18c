/** Bodies that a schema of the document allows are accepted, and bodies that it does not allow are refused. */
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCaller } from './call-operations.js';
import {
  addressOf,
  type DocumentedApp,
  openDocumentedApp,
  operationOf,
  problemOf,
  schemaOf,
} from './documented-app.js';

let service: DocumentedApp;
let admin: string;
const ids: Record<string, string> = {};

beforeAll(async () => {
  service = await openDocumentedApp({ SMTP_URL: 'smtp://mail.example', MAIL_FROM: 'alerts@millrace.example' });
  admin = await service.newKey();
  const { call, dataOf } = createCaller(service, admin);
  await call('createJobTemplate');
  ids.changeSchedule = (await dataOf('createSchedule')).id;
  ids.changeAlert = (await dataOf('createAlert')).id;
  ids.correctDeadLetter = '00000000-0000-8000-a000-000000000001';
  await service.database.pool.query(
    `insert into dead_letter_events (id, site_id, reason, payload, job_id) values ($1, 'demo', 'x', '{}', 'job')`,
    [ids.correctDeadLetter],
  );
});
afterAll(() => service.close());

function send(id: string, body: unknown) {
  const operation = operationOf(id);
  const address = addressOf(operation, ids[id] === undefined ? {} : { id: ids[id] });
  return request(service.app)
    [operation.method](address)
    .set({ authorization: `Bearer ${admin}`, 'content-type': 'application/json' })
    .send(JSON.stringify(body));
}

const schemaFor = (id: string) => schemaOf(schemaNames[id]!);
const schemaNames: Record<string, string> = {
  addJob: 'NewJob',
  retryFailedJobs: 'FailedCause',
  cleanQueue: 'Clean',
  createSchedule: 'NewSchedule',
  changeSchedule: 'ScheduleChange',
  checkCron: 'CronCheck',
  createJobTemplate: 'NewJobTemplate',
  changeJobTemplate: 'JobTemplateChange',
  addTemplateJob: 'JobTemplateUse',
  addFlow: 'NewFlow',
  createAlert: 'NewAlert',
  changeAlert: 'AlertChange',
  correctDeadLetter: 'DeadLetterChange',
  replayDeadLetters: 'ReplayDeadLetters',
};

const job = { queue: 'cleanup', job: 'clean', data: { type: 'old_logs' } };
const schedule = { name: 'x', cron: '0 6 * * *', ...job };
const ofTemplate = { name: 'x', cron: '@daily', template: 'export-yesterday' };
const silence = { name: 'x', kind: 'site_silent', condition: { site_id: 'demo', minutes: 5 } };
const hook = { webhook: 'https://hooks.example/a' };
const mail = { email: 'ops@millrace.example' };
const event = { site_id: 'demo', event_type: 'view', path: '/' };

const good: Record<string, unknown[]> = {
  addJob: [{ jobName: 'all' }, { jobName: 'all', data: { site_id: 'a' }, options: { priority: 3, delay: 1_000 } }],
  retryFailedJobs: [{ cause: '' }, { cause: 'x', dryRun: false }],
  cleanQueue: [{ gracePeriod: 0 }],
  createSchedule: [
    { ...schedule, enabled: false, catch_up: 'all', timezone: 'Asia/Kolkata' },
    { ...ofTemplate, site_id: 'demo' },
    { ...ofTemplate, params: {}, site_id: 'demo' },
  ],
  changeSchedule: [
    { name: 'y', cron: '@hourly' },
    { catch_up: 'none' },
    { template: 'export-yesterday', site_id: 'a' },
    job,
  ],
  checkCron: [{ cron: '' }, { cron: '*/5 * * * * *', timezone: 'UTC' }],
  createJobTemplate: [
    { name: 'x', ...job, description: null },
    { id: 'a.b_c-1', name: 'x', description: 'y', ...job, data: { type: '{{kind}}' }, params: { kind: 'old_logs' } },
  ],
  changeJobTemplate: [{ description: 'y' }, { options: { delay: 5 } }],
  addTemplateJob: [
    { site_id: 'demo', timezone: 'Asia/Kolkata', at: '2026-01-31T12:00:00.5+05:30', params: {}, options: {} },
  ],
  addFlow: [
    job,
    { ...job, children: [{ ...job, onChildFailure: 'fail', children: [job] }, job], onChildFailure: 'ignore' },
  ],
  createAlert: [
    { ...silence, ...hook, enabled: false, renotify_minutes: null },
    { ...silence, ...mail },
    { name: 'x', kind: 'queue_age', condition: { queue: 'event-ingest', seconds: 60 }, ...hook },
    { name: 'x', kind: 'failure_rate', condition: { queue: 'cleanup', percent: 0.5, minutes: 5 }, ...hook },
    { name: 'x', kind: 'dead_letters', condition: { count: 1, minutes: 5 }, ...hook },
  ],
  changeAlert: [{ enabled: false }, { ...mail, name: 'y' }, { condition: { site_id: 'other', minutes: 1 }, ...hook }],
  correctDeadLetter: [{ payload: { ...event, properties: { order: 1 } } }],
  replayDeadLetters: [{ site_id: 'demo', reason: 'x', skip: 5, dryRun: false }],
};

const bad: Record<string, unknown[]> = {
  addJob: [{}, [], 'x', { jobName: '' }, { jobName: 'all', data: [] }, { jobName: 'all', options: { priority: -1 } }],
  retryFailedJobs: [{}, { cause: 7 }, { cause: 'x', dryRun: 'no' }],
  cleanQueue: [{}, { gracePeriod: -1 }, { gracePeriod: 0.5 }, { gracePeriod: '1' }],
  createSchedule: [
    ...[{}, { ...schedule, queue: 'event-ingest' }, { ...schedule, job: undefined }, { ...schedule, cron: '' }],
    ...[
      { ...schedule, template: 'export-yesterday' },
      { ...schedule, site_id: 'a' },
      { ...schedule, enabled: 'yes' },
    ],
    ...[
      { ...ofTemplate, template: '/' },
      { ...ofTemplate, data: {} },
      { ...schedule, catch_up: 'some' },
    ],
  ],
  changeSchedule: [{}, { id: 'x' }, { name: '' }, { enabled: 'yes' }, { queue: 'event-ingest' }],
  checkCron: [{}, { cron: 5 }, { cron: '@daily', timezone: '' }, { cron: 'x'.repeat(129) }],
  createJobTemplate: [{}, { ...job }, { name: 'x', ...job, id: 'a b' }, { name: 'x', ...job, options: { delay: 0.5 } }],
  changeJobTemplate: [{}, { id: 'x' }, { name: '' }, { data: 'x' }],
  addTemplateJob: [{ at: 'yesterday' }, { site_id: '' }, { params: [] }, { options: { attempts: 3 } }],
  addFlow: [
    {},
    { ...job, id: '7' },
    { ...job, id: 'a.1' },
    { ...job, children: [{ ...job, id: 'x' }] },
    { ...job, children: {} },
  ],
  createAlert: [
    ...[{}, { ...silence }, { ...silence, ...hook, ...mail }, { ...silence, ...hook, kind: 'other' }],
    ...[
      { ...silence, ...hook, condition: { minutes: 5 } },
      { ...silence, ...hook, name: 'a\nb' },
    ],
    ...[
      { ...silence, ...hook, kind: 'queue_age' },
      { ...silence, webhook: 'hooks' },
      { ...silence, email: 'ops' },
    ],
  ],
  changeAlert: [{}, { kind: 'queue_age' }, { renotify_minutes: 0 }, { condition: { count: 0, minutes: 1 } }],
  correctDeadLetter: [{}, { payload: 'x' }, { payload: {}, reason: 'x' }],
  replayDeadLetters: [{}, { site_id: 'a b' }, { site_id: 'demo', skip: -1 }, { site_id: 'demo', dryRun: 1 }],
};

const casesOf = (bodies: Record<string, unknown[]>) =>
  Object.entries(bodies).flatMap(([id, each]) => each.map((body) => [id, body] as const));

it.each(casesOf(good))('%s accepts %j', async (id, body) => {
  expect(problemOf(schemaFor(id), body)).toBeUndefined();
  const { status, body: response } = await send(id, body);
  expect({ response, isSuccess: status < 300 }).toEqual({ response, isSuccess: true });
});

it.each(casesOf(bad))('%s refuses %j', async (id, body) => {
  expect(problemOf(schemaFor(id), body)).toBeDefined();
  const response = await send(id, body).expect(400);
  expect(problemOf(schemaOf('Error'), response.body)).toBeUndefined();
});

describe('rules that only descriptions tell', () => {
  it.each([
    ['addJob', { jobName: 'other' }, 'jobName'],
    ['addJob', { jobName: 'revenue', data: { periodType: 'hour' } }, 'data.periodType'],
    ['createSchedule', { ...schedule, cron: 'never' }, 'cron'],
    ['createSchedule', ofTemplate, 'site_id'],
    ['createJobTemplate', { name: 'x', ...job, data: { type: 'other' } }, 'data.type'],
    ['addFlow', { ...job, options: { delay: 5 }, children: [job] }, 'options.delay'],
    ['createAlert', { ...silence, webhook: 'https://127.0.0.1/' }, 'webhook'],
  ])('%s refuses %j', async (id, body, field) => {
    expect(problemOf(schemaFor(id), body)).toBeUndefined();
    expect((await send(id, body).expect(400)).body.error.details).toEqual({ field });
  });
});

it('every JSON body is tested here', () => {
  expect(Object.keys(good).sort()).toEqual(Object.keys(schemaNames).sort());
  expect(Object.keys(bad).sort()).toEqual(Object.keys(schemaNames).sort());
});

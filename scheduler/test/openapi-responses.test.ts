/** Every operation of the document, called with its own examples, answers as described. */
import { createWorker } from '@millrace/shared/queue/queue';
import { queueBackends, silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type HookReceiver, receiveHooks } from '@millrace/shared/testing/hook-receiver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, createCaller } from './call-operations.js';
import { type DocumentedApp, openDocumentedApp, operations } from './documented-app.js';

const idOf = (number: number) => `00000000-0000-8000-a000-${String(number).padStart(12, '0')}`;
const ofPage = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' };

describe.each(queueBackends)('on %s', (backend) => {
  let service: DocumentedApp;
  let receiver: HookReceiver;
  let admin: string;
  let caller: Caller;
  const call: Caller['call'] = (...sent) => caller.call(...sent);
  const dataOf: Caller['dataOf'] = (...sent) => caller.dataOf(...sent);

  beforeAll(async () => {
    service = await openDocumentedApp({ ALERT_ALLOW_PRIVATE: true }, backend);
    receiver = await receiveHooks();
    admin = await service.newKey();
    caller = createCaller(service, admin);
  });
  afterAll(async () => {
    await receiver.close();
    await service.close();
  });

  /** Runs the waiting jobs of queue `cleanup`. */
  async function runCleanup(jobId: string, endState: string, work: () => Promise<unknown>) {
    const worker = createWorker('cleanup', service.location, silent, work, { concurrency: 1 });
    const state = async () => (await service.queues.get('cleanup')!.getJob(jobId))!.getState();
    await eventually(async () => (await state()) === endState, `the job is ${endState}`);
    await worker.close();
  }

  it('queues', async () => {
    await call('showAllQueues');
    await call('showQueue');
    await call('addJob');
    await call('listJobs', { values: { name: 'analytics-aggregation' } });
    await call('listRecurringJobs', { values: { name: 'analytics-aggregation' } });
    const cleanup = { name: 'cleanup' };
    await call('pauseQueue', { values: cleanup });
    await call('resumeQueue', { values: cleanup });
    const job = { jobName: 'clean', data: { type: 'old_logs' } };
    const { jobId: done } = await dataOf('addJob', { values: cleanup, body: job });
    await runCleanup(done, 'completed', async () => ({ removed: { logs: 1 }, kept: [] }));
    const shown = await dataOf('showJob', { values: { ...cleanup, id: done } });
    expect(shown).toMatchObject({ state: 'completed', returnvalue: { removed: { logs: 1 } } });
    await call('removeJob', { values: { ...cleanup, id: done } });
    const failed = 'on-full-disk';
    await service.queues.get('cleanup')!.add('clean', { type: 'temp_files' }, { jobId: failed, attempts: 1 });
    await runCleanup(failed, 'failed', () => Promise.reject(new Error('The disk is full.')));
    expect((await dataOf('listFailedCauses', { values: cleanup })).causes).toMatchObject([{ ids: [failed] }]);
    expect((await dataOf('retryFailedJobs', { values: cleanup })).ids).toEqual([failed]);
    await call('retryJob', { values: { ...cleanup, id: failed } });
    await call('cleanQueue', { values: cleanup });
  });

  it('job templates and schedules', async () => {
    await call('createJobTemplate');
    await call('showJobTemplate');
    await call('changeJobTemplate');
    await call('listJobTemplates');
    expect((await dataOf('addTemplateJob')).data).toMatchObject({ startDate: '2026-01-30' });
    const created = await dataOf('createSchedule');
    const template = { template: 'export-yesterday', site_id: 'demo' };
    const ofTemplate = await dataOf('createSchedule', { body: { name: 'x', cron: '@daily', ...template } });
    expect(ofTemplate).toMatchObject(template);
    for (const id of [created.id, ofTemplate.id]) await call('showSchedule', { values: { id } });
    await service.database.pool.query(
      `insert into schedule_runs (schedule_id, slot, job_id, added_at, error)
      values ('daily-revenue', '2026-11-01', 'a', now(), null), ('daily-revenue', '2026-11-02', 'b', null, 'refused'),
        ('daily-revenue', '2026-11-03', 'c', null, null)`,
    );
    for (const id of ['showSchedule', 'changeSchedule', 'disableSchedule', 'enableSchedule']) await call(id);
    const states = (await dataOf('listScheduleRuns')).map(({ state }: { state: string }) => state);
    expect(states).toEqual(['open', 'refused', 'removed']);
    await call('triggerSchedule');
    expect((await dataOf('listSchedules')).length).toBeGreaterThan(2);
    await call('deleteSchedule', { values: { id: ofTemplate.id } });
    await call('deleteJobTemplate');
    expect((await dataOf('checkCron')).next).toHaveLength(5);
    expect(await dataOf('checkCron', { body: { cron: 'never' } })).toMatchObject({ valid: false });
  });

  it('flows, whose job has the id that examples name', async () => {
    await call('addFlow');
    expect((await dataOf('showFlow')).children).toHaveLength(1);
    expect(await dataOf('showJob')).toMatchObject({ id: 'november', state: 'waiting-children' });
  });

  it('dead letters', async () => {
    const event = { site_id: 'demo', event_type: 'view', path: '/' };
    const { pool } = service.database;
    const add = (number: number, site: string, reason: string, payload: string) =>
      pool.query(
        `insert into dead_letter_events (id, site_id, reason, payload, job_id) values ($1, $2, $3, $4, 'job')`,
        [idOf(number), site, reason, payload],
      );
    await add(1, 'demo', 'too old', JSON.stringify(event));
    await add(2, 'demo', 'too old', JSON.stringify({ ...event, path: 7 }));
    await add(3, '', 'invalid job: x', JSON.stringify({ v: 1, events: JSON.stringify([event, { path: 7 }]) }));
    await add(4, '', 'invalid job: y', 'no JSON');
    await call('listDeadLetters');
    for (const number of [1, 2, 3, 4]) await call('showDeadLetter', { values: { id: idOf(number) } });
    expect(await dataOf('replayDeadLetters')).toMatchObject({ replayed: [idOf(1)], refused: [{ id: idOf(2) }] });
    await call('correctDeadLetter', { values: { id: idOf(2) } });
    await call('replayDeadLetter', { values: { id: idOf(2) } });
    expect(await dataOf('replayDeadLetter', { values: { id: idOf(3) } })).toMatchObject({ job: { refused: 1 } });
  });

  it('alerts', async () => {
    const { id } = await dataOf('createAlert');
    const values = { id };
    for (const each of ['showAlert', 'changeAlert']) await call(each, { values });
    const webhook = `http://127.0.0.1:${receiver.port}/hook`;
    expect(await dataOf('changeAlert', { values, body: { webhook } })).toMatchObject({ secret: expect.any(String) });
    receiver.statuses.push(204, 500);
    expect(await dataOf('testAlert', { values })).toMatchObject({ delivered: true });
    expect(await dataOf('testAlert', { values })).toMatchObject({ delivered: false });
    expect(await dataOf('listAlertDeliveries', { values })).toHaveLength(2);
    expect(await dataOf('listAlerts')).toHaveLength(1);
    await call('deleteAlert', { values });
  });

  it('the audit log, which has the changes above', async () => {
    expect(await dataOf('listAuditLog')).toHaveLength(2);
  });

  it('pages, health and documentation', async () => {
    await call('logIn', { headers: ofPage, body: `key=${admin}` });
    await call('logOut', { headers: ofPage });
    const plain = [
      'openAdmin',
      'showLogin',
      'showLogout',
      'about',
      'health',
      'live',
      'ready',
      'metrics',
      'openapi',
      'docs',
    ];
    for (const id of plain) await call(id);
  });

  it('all operations were called', () => {
    expect([...caller.called].sort()).toEqual(operations.map(({ id }) => id).sort());
  });
});

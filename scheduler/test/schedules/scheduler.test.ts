/** Schedules on several replicas and each queue backend: every slot fires once, whatever crashes or stalls. */
import { checkJobData } from '@millrace/shared/contract/jobs';
import { createTestDatabase, queueBackends, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { spawnService } from '@millrace/shared/testing/spawn-service';
import { queueEnvironment } from '@millrace/shared/testing/stack';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimSlots } from '../../src/schedules/run-rows.js';
import { writeTasks } from '../../src/schedules/schedule-rows.js';
import { findTask, tasks } from '../../src/schedules/tasks.js';
import { addSchedule, cleanupJobs, type Replica, runSlots, startReplica, stopReplica } from './replicas.js';

const secondMs = 1_000;
const at = (iso: string, plusMs = 0) => new Date(Date.parse(iso) + plusMs);

describe.each(queueBackends)('on %s', (backend) => {
  let database: TestDatabase;
  let replicas: Replica[];
  let start: (isSyncDisabled?: boolean) => Promise<Replica>;

  beforeEach(async () => {
    database = await createTestDatabase();
    replicas = [];
    const location = testQueue(backend, database);
    start = async (isSyncDisabled) => {
      const replica = await startReplica(database, location, isSyncDisabled);
      replicas.push(replica);
      return replica;
    };
  });
  afterEach(async () => {
    await Promise.all(replicas.map(stopReplica));
    await database.drop();
  });

  it('fires each slot once when eight replicas tick', async () => {
    const [first] = await Promise.all(Array.from({ length: 8 }, () => start()));
    await addSchedule(database, { id: 'each-second', cron: '* * * * * *' });
    const from = Date.now();
    for (const { scheduler } of replicas) await scheduler.tick(new Date(from));
    for (let second = 1; second <= 20; second += 1) {
      await Promise.all(replicas.map(({ scheduler }) => scheduler.tick(new Date(from + second * secondMs))));
    }
    const slots = await runSlots(database, 'each-second');
    expect(slots).toHaveLength(20);
    expect(await cleanupJobs(first!)).toEqual(slots.map((slot) => `sched-each-second-${Date.parse(slot)}`).sort());
  });

  it('fires a slot with the data of the schedule and, if the job takes one, the instant', async () => {
    const { scheduler, queues } = await start();
    await database.pool.query(
      `insert into schedules (id, name, queue, job, cron, timezone, data, catch_up) values ('berlin-revenue', 'r',
        'analytics-aggregation', 'revenue', '30 2 * * *', 'Europe/Berlin', '{"periodType":"day","period":"previous"}', 'all')`,
    );
    await scheduler.tick(at('2026-10-24T23:00:00Z'));
    await scheduler.tick(at('2026-10-25T00:30:00Z'));
    await scheduler.tick(at('2026-10-25T01:30:00Z'));
    expect(await runSlots(database, 'berlin-revenue')).toEqual(['2026-10-25T00:30:00.000Z']);
    const job = await queues
      .get('analytics-aggregation')!
      .getJob(`sched-berlin-revenue-${Date.UTC(2026, 9, 25, 0, 30)}`);
    expect(job!.data).toEqual({ periodType: 'day', period: 'previous', at: '2026-10-25T00:30:00.000Z' });
  });

  it('adds the job of a slot whose replica died after claiming it', async () => {
    const replica = await start();
    await addSchedule(database, { id: 'claimed', cron: '0 0 1 1 *' });
    const slot = at('2026-01-01T00:00:00Z');
    await claimSlots(database.pool, [{ scheduleId: 'claimed', slot }]);
    await replica.scheduler.catchUp(new Date());
    expect(await cleanupJobs(replica)).toEqual([]);
    await database.pool.query(`update schedule_runs set claimed_at = now() - interval '4 seconds'`);
    const other = await start();
    await Promise.all([replica.scheduler.catchUp(new Date()), other.scheduler.catchUp(new Date())]);
    expect(await cleanupJobs(replica)).toEqual([`sched-claimed-${slot.getTime()}`]);
    const { rows } = await database.pool.query('select added_at is not null as added from schedule_runs');
    expect(rows).toEqual([{ added: true }]);
  });

  it.each([
    ['newest', ['2026-11-01T10:00:00.000Z']],
    ['all', ['2026-10-31T12:00:00.000Z', '2026-10-31T14:00:00.000Z']],
    ['none', []],
  ])('catches up on slots that passed while no scheduler was running: %s', async (catchUp, expected) => {
    const { scheduler } = await start();
    const knownSince = '2026-10-30T00:00:00Z';
    await addSchedule(database, { id: 'every-two-hours', cron: '0 */2 * * *', catchUp, knownSince });
    const now = at('2026-11-01T11:00:00Z');
    await Promise.all([scheduler.catchUp(now), scheduler.catchUp(now)]);
    await scheduler.catchUp(now);
    const slots = await runSlots(database, 'every-two-hours');
    expect(slots.slice(0, expected.length)).toEqual(expected);
    expect(slots).toHaveLength(catchUp === 'all' ? 12 : expected.length);
  });

  it('does not catch up on slots before the schedule was created, enabled or changed', async () => {
    const { scheduler } = await start();
    await addSchedule(database, { id: 'young', cron: '* * * * *', catchUp: 'all', knownSince: '2026-11-01T10:58:30Z' });
    await scheduler.catchUp(at('2026-11-01T11:00:30Z'));
    expect(await runSlots(database, 'young')).toEqual(['2026-11-01T10:59:00.000Z', '2026-11-01T11:00:00.000Z']);
  });

  it('records why a slot has no job if its data is invalid, and continues with the others', async () => {
    const replica = await start();
    await addSchedule(database, { id: 'bad', cron: '* * * * *', data: { type: 'everything' } });
    await addSchedule(database, { id: 'good', cron: '* * * * *' });
    const now = Date.now();
    await replica.scheduler.tick(new Date(now));
    await replica.scheduler.tick(new Date(now + 60_000));
    const jobs = await cleanupJobs(replica);
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toContain('sched-good-');
    const { rows } = await database.pool.query(`select error from schedule_runs where schedule_id = 'bad'`);
    expect(rows[0].error).toContain('The data of job "clean" is invalid: type must be one of');
  });

  it('shows every replica a new, changed, disabled or deleted schedule by its next tick', async () => {
    const [one, two] = [await start(), await start()];
    await addSchedule(database, { id: 'mine', cron: '0 0 1 1 *' });
    const now = Date.now();
    const tickBoth = (plusMs: number) =>
      Promise.all([one, two].map(({ scheduler }) => scheduler.tick(new Date(now + plusMs))));
    await tickBoth(0);
    await database.pool.query(
      `update schedules set cron = '* * * * * *', updated_at = clock_timestamp() where id = 'mine'`,
    );
    await tickBoth(1_000);
    await tickBoth(3_000);
    expect(await runSlots(database, 'mine')).toHaveLength(3);
    await database.pool.query(`update schedules set enabled = false, updated_at = clock_timestamp() where id = 'mine'`);
    await tickBoth(3_000);
    await tickBoth(6_000);
    expect(await runSlots(database, 'mine')).toHaveLength(3);
    await database.pool.query(`delete from schedules where id = 'mine'`);
    await tickBoth(7_000);
    expect(await runSlots(database, 'mine')).toEqual([]);
  });

  it('does not add a second job of a task that may only run once at a time', async () => {
    const { scheduler, queues } = await start(false);
    const minute = Math.ceil(Date.now() / 60_000) * 60_000;
    for (const plusMs of [0, 60_000, 120_000]) await scheduler.tick(new Date(minute + plusMs));
    const jobs = await queues.get('analytics-aggregation')!.getWaiting();
    expect(jobs.filter(({ name }) => name === 'roll')).toHaveLength(1);
    expect(await runSlots(database, 'roll')).toHaveLength(3);
  });

  it('fires by its own timer, and not after it was stopped', async () => {
    const replica = await start();
    await addSchedule(database, { id: 'ticking', cron: '* * * * * *' });
    replica.scheduler.start();
    await eventually(async () => (await runSlots(database, 'ticking')).length >= 3, 'three slots fired');
    await replica.scheduler.destroy();
    const fired = await runSlots(database, 'ticking');
    const stoppedAt = Date.now();
    await eventually(async () => Date.now() > stoppedAt + 2_200, 'two more slots are due');
    expect(await runSlots(database, 'ticking')).toEqual(fired);
  });

  it('skips no slot and fires none twice when the firing replica is killed', async () => {
    const location = testQueue(backend, database);
    const env = { DATABASE_URL: database.url, ...queueEnvironment(location) };
    const spawned = await Promise.all([1, 2, 3].map(() => spawnService('scheduler', env)));
    await addSchedule(database, { id: 'steady', cron: '* * * * * *' });
    const count = async () => (await runSlots(database, 'steady')).length;
    await eventually(async () => (await count()) >= 3, 'it fires');
    await spawned[0]!.end('SIGKILL');
    const before = await count();
    await eventually(async () => (await count()) >= before + 3, 'it continues');
    await spawned[1]!.end('SIGKILL');
    const then = await count();
    await eventually(async () => (await count()) >= then + 3, 'it still continues');
    await eventually(async () => {
      const { rows } = await database.pool.query('select from schedule_runs where added_at is null');
      return rows.length === 0;
    }, 'every claimed slot has its job');
    await spawned[2]!.end();
    const slots = await runSlots(database, 'steady');
    const seconds = slots.map((slot) => Date.parse(slot) / secondMs);
    expect(seconds).toEqual(Array.from({ length: seconds.length }, (_, index) => seconds[0]! + index));
    const replica = await startReplica(database, location);
    expect(await cleanupJobs(replica)).toEqual(slots.map((slot) => `sched-steady-${Date.parse(slot)}`).sort());
    await stopReplica(replica);
  });
});

describe('operations', () => {
  let database: TestDatabase;
  let replica: Replica;
  beforeEach(async () => {
    database = await createTestDatabase();
    replica = await startReplica(database, testQueue('postgres', database));
  });
  afterEach(async () => {
    await stopReplica(replica);
    await database.drop();
  });

  it('list every task with its cron expression, and disable warm-ups when DISABLE_AUTO_SYNC is set', async () => {
    const status = await replica.scheduler.status();
    const byName = new Map(status.map((task) => [task.name, task]));
    expect(Object.fromEntries(status.map(({ name, schedule }) => [name, schedule]))).toMatchObject({
      'hourly-aggregations': '0 * * * *',
      'daily-revenue': '0 0 * * *',
      'monthly-cohorts': '0 1 1 * *',
      'weekly-tournaments': '0 2 * * 1',
      'hourly-rollup': '5 * * * *',
      'daily-rollup': '0 2 * * *',
      'daily-aggregation': '0 1 * * *',
      'cleanup-old-logs': '0 2 * * *',
      'hourly-metrics-quality': '0 * * * *',
      'cache-warming': '*/5 * * * *',
      'weekly-report': '0 8 * * 1',
      'user-growth': '*/10 * * * *',
      'activity-trends': '*/5 * * * *',
      'top-items': '*/15 * * * *',
      'recent-activity': '*/2 * * * *',
      'performance-metrics': '*/30 * * * * *',
      'cache-cleanup': '0 * * * *',
      // From the built-in report templates.
      'Daily activity summary': '0 9 * * *',
      'Weekly user growth': '0 9 * * 1',
      'Monthly comprehensive report': '0 9 1 * *',
      'Quarterly performance': '0 9 1 1,4,7,10 *',
    });
    expect(byName.get('daily-revenue')).toMatchObject({ enabled: true, timezone: 'UTC', next: expect.any(Date) });
    expect(byName.get('user-growth')).toMatchObject({ enabled: false, next: null });
    expect(byName.get('weekly-report')).toMatchObject({ enabled: true });
  });

  it('keep whether a task is enabled across restarts, and restore its other fields', async () => {
    await database.pool.query(`update schedules set enabled = false, cron = '* * * * *' where id = 'daily-revenue'`);
    await replica.scheduler.initialize();
    const status = await replica.scheduler.status();
    expect(status.find(({ name }) => name === 'daily-revenue')).toMatchObject({
      enabled: false,
      schedule: '0 0 * * *',
    });
  });

  it('trigger a task now, with data as of now', async () => {
    const jobId = await replica.scheduler.trigger('daily-rollup');
    const job = await replica.queues.get('analytics-aggregation')!.getJob(jobId!);
    expect(job).toMatchObject({ name: 'DAILY_ROLLUP', data: { date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) } });
    expect(await replica.scheduler.trigger('nonsense')).toBeUndefined();
  });

  it('generate reports for the week before the slot', async () => {
    const task = findTask('weekly-report')!;
    const data = task.data(at('2026-03-30T08:00:00Z'), 'UTC');
    expect(data).toEqual({
      reportType: 'PROFILE_PERFORMANCE',
      format: 'PDF',
      periodType: 'week',
      period: 'previous',
    });
    const withSlot = { ...data, at: '2026-03-30T08:00:00.000Z' };
    expect(checkJobData(task.queue, task.job, withSlot)).toEqual({ data: withSlot });
  });

  it('explain a cron expression', () => {
    const explained = replica.scheduler.validateCron('0 3 * * 1', 'Europe/Berlin');
    expect(explained).toMatchObject({ valid: true });
    expect(explained.valid && explained.next).toHaveLength(5);
    expect(replica.scheduler.validateCron('61 * * * *', 'UTC')).toEqual({
      valid: false,
      reason: expect.stringContaining('"61 * * * *" is not a cron expression'),
    });
  });

  it('keep the tasks of a newer release and their history when an older one starts beside it', async () => {
    const task = (name: string, cron: string) => ({
      name,
      cron,
      queue: 'cleanup',
      job: 'clean',
      catchUp: 'none' as const,
    });
    const newer = { tasks: [task('roll', '*/2 * * * *'), task('newest', '0 5 * * *')], version: 99, removed: [] };
    await writeTasks(database.pool, newer, 'UTC');
    await database.pool.query(`insert into schedule_runs (schedule_id, slot, job_id) values ('newest', now(), 'job')`);
    const older = await startReplica(database, testQueue('postgres', database));
    await older.scheduler.catchUp(new Date());
    const { rows } = await database.pool.query(
      `select id, cron, task_version from schedules where id in ('roll', 'newest') order by id`,
    );
    expect(rows).toEqual([
      { id: 'newest', cron: '0 5 * * *', task_version: 99 },
      { id: 'roll', cron: '*/2 * * * *', task_version: 99 },
    ]);
    expect(await runSlots(database, 'newest')).toHaveLength(1);
    await writeTasks(database.pool, { ...newer, tasks: [], removed: ['newest'] }, 'UTC');
    expect(await runSlots(database, 'newest')).toEqual([]);
    await stopReplica(older);
  });

  it('are restored after release 0.3 has overwritten them', async () => {
    await database.pool.query(`delete from schedules where id = 'cleanup-old-logs'`);
    await database.pool.query(`update schedules set cron = '0 0 * * *', updated_at = now() where id = 'roll'`);
    await replica.scheduler.catchUp(new Date());
    const { rows } = await database.pool.query(
      `select id, cron from schedules where id in ('roll', 'cleanup-old-logs') order by id`,
    );
    expect(rows).toEqual([
      { id: 'cleanup-old-logs', cron: '0 2 * * *' },
      { id: 'roll', cron: '* * * * *' },
    ]);
  });

  it('refuse to trigger what belongs to another version', async () => {
    await database.pool.query(
      `insert into schedules (id, name, queue, job, cron, timezone, catch_up, built_in)
       values ('newer', 'newer', 'cleanup', 'clean', '* * * * *', 'UTC', 'none', true)`,
    );
    await expect(replica.scheduler.trigger('newer')).rejects.toThrow('another version');
  });

  it('give every task valid data for its job', async () => {
    for (const { name } of tasks) {
      expect(await replica.scheduler.trigger(name), name).toEqual(expect.stringContaining(`trigger-${name}-`));
    }
  });
});

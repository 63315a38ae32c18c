import { createPool } from '@millrace/shared/platform/postgres';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { createRedisServer } from '@millrace/shared/testing/redis-server';
import { parseCron } from '@millrace/shared/time/cron';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openQueues } from '../../src/open-queues.js';
import { newScheduleSchema } from '../../src/schedules/schedule-requests.js';
import { createScheduler } from '../../src/schedules/scheduler.js';
import { addSchedule, cleanupJobs, type Replica, runSlots, startReplica, stopReplica } from './replicas.js';

let database: TestDatabase;
const list: Replica[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(list.splice(0).map(stopReplica));
  await database.drop();
});
const start = async () => {
  const r = await startReplica(database, testQueue('postgres', database));
  list.push(r);
  return r;
};
const at = (iso: string) => new Date(iso);

it('catches up on all missed slots even if a tick has fired a newer one', async () => {
  const { scheduler } = await start();
  await addSchedule(database, { id: 'm', cron: '* * * * *', catchUp: 'all', knownSince: '2026-11-30T10:00:30Z' });
  await scheduler.tick(at('2026-11-30T10:30:58Z'));
  await scheduler.tick(at('2026-11-30T10:31:00Z'));
  await scheduler.catchUp(at('2026-11-30T10:31:02Z'));
  await scheduler.catchUp(at('2026-11-30T10:31:30Z'));
  expect(await runSlots(database, 'm')).toHaveLength(31);
});

it('fires a slot at the next tick if it could not be claimed in time, whatever the policy', async () => {
  const { scheduler } = await start();
  await addSchedule(database, { id: 'm', cron: '* * * * *', catchUp: 'none', knownSince: '2026-11-30T10:00:30Z' });
  await scheduler.tick(at('2026-11-30T10:30:58Z'));
  await database.pool.query('alter table schedule_runs rename to hidden');
  await scheduler.tick(at('2026-11-30T10:31:00Z')).catch(() => {});
  await database.pool.query('alter table hidden rename to schedule_runs');
  await scheduler.tick(at('2026-11-30T10:31:01Z'));
  await scheduler.catchUp(at('2026-11-30T10:31:30Z'));
  expect(await runSlots(database, 'm')).toHaveLength(1);
});

it('does not fire a slot again after its run was cleaned up', async () => {
  const { scheduler } = await start();
  await addSchedule(database, { id: 'y', cron: '0 1 1 * *', catchUp: 'newest', knownSince: '2026-10-15T00:00:00Z' });
  await scheduler.catchUp(at('2026-11-01T01:00:20Z'));
  expect(await runSlots(database, 'y')).toEqual(['2026-11-01T01:00:00.000Z']);
  await database.pool.query('delete from schedule_runs');
  await scheduler.catchUp(at('2026-11-25T01:00:20Z'));
  expect(await runSlots(database, 'y')).toEqual([]);
});

it('leaves a built-in task of another release to that release', async () => {
  const { scheduler } = await start();
  await database.pool.query(
    `insert into schedules (id,name,queue,job,cron,timezone,catch_up,built_in) values ('newer','newer','cleanup','clean','* * * * *','UTC','none',true)`,
  );
  await scheduler.tick(at('2026-11-30T10:30:58Z'));
  await scheduler.tick(at('2026-11-30T10:31:00Z'));
  expect(await runSlots(database, 'newer')).toEqual([]);
});

it('does not fire a schedule at the tick after it was disabled', async () => {
  const { scheduler } = await start();
  await addSchedule(database, { id: 'd', cron: '* * * * *', knownSince: '2026-11-30T10:00:30Z' });
  await scheduler.tick(at('2026-11-30T10:30:58Z'));
  await database.pool.query(`update schedules set enabled = false, updated_at = clock_timestamp() where id = 'd'`);
  await scheduler.tick(at('2026-11-30T10:31:00Z'));
  expect(await runSlots(database, 'd')).toEqual([]);
});

it('adds no late jobs for a schedule without catch-up after the queue was unreachable for an hour', async () => {
  const replica = await start();
  await addSchedule(database, { id: 'n', cron: '* * * * *', catchUp: 'none' });
  await replica.scheduler.tick(new Date());
  await database.pool.query(
    `insert into schedule_runs (schedule_id, slot, job_id, claimed_at) select 'n', date_trunc('minute', now()) - n * interval '1 minute', 'sched-n-' || n, now() - n * interval '1 minute' from generate_series(5, 65) n`,
  );
  await replica.scheduler.catchUp(new Date());
  expect(await cleanupJobs(replica)).toEqual([]);
});

it('serves metrics while the database is unreachable', async () => {
  const pool = createPool('postgres://x:y@127.0.0.1:1/none', silent, {
    max: 1,
    statementTimeoutMs: 1000,
    applicationName: 'x',
  });
  const queues = openQueues(testQueue('postgres', database), silent);
  await queues.get('cleanup')!.waitUntilReady();
  const telemetry = createTelemetry();
  createScheduler({
    pool,
    queues,
    telemetry,
    logger: silent,
    retry: {},
    config: { TZ: 'UTC', DISABLE_AUTO_SYNC: true },
  });
  try {
    expect(await telemetry.registry.metrics()).toContain('millrace_schedule_drift_seconds');
  } finally {
    await queues.close();
    await pool.end();
  }
});

it.runIf(queueBackends.includes('redis'))(
  'adds jobs that came due while the queue was unreachable since startup',
  async () => {
    const redis = await createRedisServer();
    const queues = openQueues({ kind: 'redis', url: redis.url, prefix: 'rv' }, silent);
    const scheduler = createScheduler({
      pool: database.pool,
      queues,
      telemetry: createTelemetry(),
      logger: silent,
      retry: {},
      config: { TZ: 'UTC', DISABLE_AUTO_SYNC: true },
    });
    try {
      await scheduler.initialize();
      await database.pool.query(`update schedules set enabled = false, updated_at = clock_timestamp()`);
      await addSchedule(database, { id: 's', cron: '* * * * * *', catchUp: 'all' });
      scheduler.start();
      const startedAt = Date.now();
      await eventually(async () => Date.now() > startedAt + 4_000, 'four slots are due');
      await redis.start();
      await eventually(async () => {
        const { rows } = await database.pool.query('select count(added_at)::int as added from schedule_runs');
        return rows[0].added > 8 || rows[0].added;
      }, 'more slots have jobs than were due since');
    } finally {
      await scheduler.destroy();
      await queues.close();
      await redis.remove();
    }
  },
);

it('finds the next slot quickly for seconds within certain hours, because a tick waits for it', () => {
  const parsed = parseCron('* * 0-22 * * *', 'Europe/Berlin');
  if (parsed.problem !== undefined) throw new Error(parsed.problem);
  const began = process.cpuUsage();
  let slot = at('2026-11-23T12:00:00Z');
  for (let count = 0; count < 50; count += 1) slot = parsed.cron.slotAfter(slot);
  expect(slot.toISOString()).toBe('2026-11-23T12:00:50.000Z');
  // CPU time, because other processes may be running, too.
  expect(process.cpuUsage(began).user / 1_000).toBeLessThan(500);
});

it.each(['a\u0000b', '\ud800'])('refuses a name or data that the database cannot store', (text) => {
  const fine = { name: 'n', queue: 'cleanup', job: 'clean', cron: '* * * * *' };
  expect(newScheduleSchema.validate(fine).error).toBeUndefined();
  expect(newScheduleSchema.validate({ ...fine, name: text }).error?.message).toContain('must not contain NUL');
  expect(newScheduleSchema.validate({ ...fine, data: { x: [text] } }).error?.message).toContain('must not contain NUL');
  expect(newScheduleSchema.validate({ ...fine, data: { x: '\\\\u0000 \u{1f600}' } }).error).toBeUndefined();
});

it('does not add a second job when a waiting task is triggered', async () => {
  const { scheduler, queues } = await start();
  const first = await scheduler.trigger('user-growth');
  expect(await scheduler.trigger('user-growth')).toBe(first);
  expect(await queues.get('cache-warming')!.getWaitingCount()).toBe(1);
});

it('keeps a slot if a change is read between the slot and its tick', async () => {
  const { scheduler } = await start();
  await addSchedule(database, { id: 'c', cron: '* * * * *', catchUp: 'none', knownSince: '2026-11-30T10:00:30Z' });
  await scheduler.tick(at('2026-11-30T10:30:58Z'));
  await database.pool.query(`update schedules set name = 'new', updated_at = clock_timestamp() where id = 'c'`);
  await scheduler.catchUp(at('2026-11-30T10:31:00.005Z'));
  await scheduler.tick(at('2026-11-30T10:31:00.010Z'));
  expect(await runSlots(database, 'c')).toEqual(['2026-11-30T10:31:00.000Z']);
});

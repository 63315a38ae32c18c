import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '@millrace/shared/commands/command-error';
import type { Pool } from '@millrace/shared/platform/postgres';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { startJobWorker } from '@millrace/shared/queue/job-worker';
import { type Bench, withClosing } from '../bench.js';
import { infoRow, limitRow, percentile, type Row } from '../row.js';
import { createDatabase, silent } from '../sides/create-database.js';
import { queueEnvironment, startScheduler } from '../sides/start-sides.js';
import { startRedis } from '../sides/start-stores.js';

const scheduleId = (index: number) => `bench-${index}`;

/** No worker of ours runs for this queue while schedulers are measured. */
const scheduledQueue = 'cache-warming';
const data = JSON.stringify({ cacheKeys: ['bench'] });

const insert = `/* bench.insertSchedules */
insert into schedules (id, name, queue, job, cron, timezone, data, catch_up)
select id, id, $3, 'warm', cron, 'UTC', $4, 'all' from unnest($1::text[], $2::text[]) as s(id, cron)`;

async function insertSchedules(pool: Pool, crons: string[]): Promise<void> {
  await pool.query(insert, [crons.map((_, index) => scheduleId(index)), crons, scheduledQueue, data]);
}

/** Half-open, in milliseconds since 1970. */
interface Period {
  from: number;
  to: number;
}

/** Starts at a multiple of `stepMs`, at least two seconds from now. */
export function nextPeriod(stepMs: number, seconds: number): Period {
  const from = Math.ceil((Date.now() + 2_000) / stepMs) * stepMs;
  return { from, to: from + seconds * 1_000 };
}

/** Waits until `afterMs` after the period. */
async function waitForEnd(bench: Bench, { to }: Period, afterMs: number): Promise<void> {
  while (Date.now() < to + afterMs) {
    bench.stopped.throwIfAborted();
    await sleep(Math.min(500, to + afterMs - Date.now()));
  }
}

/** `addedAt` is null until the job is in the queue. */
interface Firing {
  id: string;
  slot: Date;
  addedAt: Date | null;
}

const read = `/* bench.readFirings */
select schedule_id as id, slot, added_at as "addedAt" from schedule_runs
where schedule_id like 'bench-%' and slot >= $1 and slot < $2`;

async function readFirings(pool: Pool, { from, to }: Period): Promise<Firing[]> {
  const { rows } = await pool.query<Firing>(read, [new Date(from), new Date(to)]);
  return rows;
}

/** Fires `everySeconds`; the schedules are spread evenly over the seconds. */
function cronOf(index: number, everySeconds: number): string {
  const seconds = Array.from({ length: 60 / everySeconds }, (_, turn) => turn * everySeconds + (index % everySeconds));
  return `${seconds} * * * * *`;
}

/** How late jobs are queued after their slots. */
export const measureDrift = (bench: Bench): Promise<Row[]> =>
  withClosing(bench, async (closing) => {
    const { schedules, everySeconds, seconds } = bench.settings.jobs.drift;
    const database = await createDatabase(bench, closing);
    const env = { ...queueEnvironment(await startRedis(closing)), DATABASE_URL: database.url };
    await insertSchedules(
      database.pool,
      Array.from({ length: schedules }, (_, index) => cronOf(index, everySeconds)),
    );
    const scheduler = await startScheduler(bench, closing, env);
    const period = nextPeriod(everySeconds * 1_000, seconds);
    bench.say(`firing ${schedules} schedules for ${seconds} s`);
    await Promise.race([waitForEnd(bench, period, 3_000), scheduler.crashed]);
    const firings = await readFirings(database.pool, period);
    const expected = (schedules * seconds) / everySeconds;
    const drifts = firings.flatMap(({ slot, addedAt }) => (addedAt ? [addedAt.getTime() - slot.getTime()] : []));
    if (drifts.length !== expected) {
      throw new CommandError(`Only ${drifts.length} of ${expected} slots have a job 3 s after the last slot.`);
    }
    const name = `jobs: from a slot to its job in the queue, ${schedules.toLocaleString('en')} schedules every ${everySeconds} s`;
    return [
      limitRow(`${name}, p99 of ${drifts.length.toLocaleString('en')}`, percentile(drifts, 99), 1_000, 'ms'),
      infoRow(`${name}, p50`, percentile(drifts, 50), 'ms'),
    ];
  });

const slotMs = 1_000;

/** The scheduler's job id for a slot. */
const jobIdOf = (id: string, slot: number) => `sched-${id}-${slot}`;

/** Job ids of all slots: one per schedule and second of the period. */
export function slotsOf(schedules: number, { from, to }: Period): string[] {
  const slots: string[] = [];
  for (let slot = from; slot < to; slot += slotMs) {
    for (let index = 0; index < schedules; index += 1) slots.push(jobIdOf(scheduleId(index), slot));
  }
  return slots;
}

function countAll(ids: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/** Counts slots that do not have exactly one firing and exactly one executed job. */
export function notOnce(slots: string[], executed: string[], firings: Pick<Firing, 'id' | 'slot'>[]): number {
  const jobs = countAll(executed);
  const runs = countAll(firings.map(({ id, slot }) => jobIdOf(id, slot.getTime())));
  return slots.filter((slot) => jobs.get(slot) !== 1 || runs.get(slot) !== 1).length;
}

/** Counts the jobs that a worker receives: a job that is added twice has one row in schedule_runs. */
export const measureOnce = (bench: Bench): Promise<Row[]> =>
  withClosing(bench, async (closing) => {
    const { schedulers, schedules, seconds, settleSeconds } = bench.settings.jobs.once;
    const database = await createDatabase(bench, closing);
    const redis = await startRedis(closing);
    const executed: string[] = [];
    const deps = { location: redis, logger: silent, telemetry: createTelemetry(), concurrency: 50 };
    const worker = startJobWorker(scheduledQueue, deps, async (job) => void executed.push(job.id!));
    closing.add(() => worker.close());
    await insertSchedules(database.pool, Array<string>(schedules).fill('* * * * * *'));
    const env = { ...queueEnvironment(redis), DATABASE_URL: database.url };
    const started = await Promise.all(Array.from({ length: schedulers }, () => startScheduler(bench, closing, env)));
    const period = nextPeriod(slotMs, seconds);
    bench.say(`firing ${schedules} schedules by ${schedulers} schedulers for ${seconds} s`);
    await Promise.race([waitForEnd(bench, period, settleSeconds * 1_000), ...started.map(({ crashed }) => crashed)]);

    const firings = await readFirings(database.pool, period);
    const slots = slotsOf(schedules, period);
    const wrong = notOnce(slots, executed, firings);
    const all = slots.length.toLocaleString('en');
    const given = `${schedulers} schedulers, ${schedules} schedules every second for ${seconds} s`;
    return [
      {
        measure: `jobs: ${given}: slots of ${all} not processed exactly once`,
        ours: wrong,
        unit: 'slots',
        bar: 'none',
        met: wrong === 0,
      },
    ];
  });

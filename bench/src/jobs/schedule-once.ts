/** Turns many schedulers on the same schedules into the slots whose job was not worked on exactly once. */

import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { startJobWorker } from '@millrace/shared/queue/job-worker';
import { type Bench, withClosing } from '../bench.js';
import type { Row } from '../row.js';
import { createDatabase, silent } from '../sides/create-database.js';
import { queueEnvironment, startScheduler } from '../sides/start-sides.js';
import { startRedis } from '../sides/start-stores.js';
import {
  type Firing,
  insertSchedules,
  nextStretch,
  readFirings,
  type Stretch,
  scheduledQueue,
  scheduleId,
  waitForEnd,
} from './bench-schedules.js';

const slotMs = 1_000;

/** As the scheduler names the job of a slot. */
const jobIdOf = (id: string, slot: number) => `sched-${id}-${slot}`;

/** Of `schedules`, one per second of the stretch. */
export function slotsOf(schedules: number, { from, to }: Stretch): string[] {
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

/** Slots without exactly one firing and exactly one job that a worker got. */
export function notOnce(slots: string[], executed: string[], firings: Pick<Firing, 'id' | 'slot'>[]): number {
  const jobs = countAll(executed);
  const runs = countAll(firings.map(({ id, slot }) => jobIdOf(id, slot.getTime())));
  return slots.filter((slot) => jobs.get(slot) !== 1 || runs.get(slot) !== 1).length;
}

/** Counts the jobs themselves, as a worker gets them: table schedule_runs could not tell of a job that was added twice. */
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
    const stretch = nextStretch(slotMs, seconds);
    bench.say(`firing ${schedules} schedules by ${schedulers} schedulers for ${seconds} s`);
    await Promise.race([waitForEnd(bench, stretch, settleSeconds * 1_000), ...started.map(({ crashed }) => crashed)]);

    const firings = await readFirings(database.pool, stretch);
    const slots = slotsOf(schedules, stretch);
    const wrong = notOnce(slots, executed, firings);
    const all = slots.length.toLocaleString('en');
    const given = `${schedulers} schedulers, ${schedules} schedules every second for ${seconds} s`;
    return [
      {
        measure: `jobs: ${given}: slots of ${all} not worked on exactly once`,
        ours: wrong,
        unit: 'slots',
        bar: 'none',
        met: wrong === 0,
      },
    ];
  });

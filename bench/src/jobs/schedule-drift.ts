/** Turns a thousand schedules into how late their jobs come. */
import { ClearError } from '@millrace/dev/clear-error';
import { type Bench, withClosing } from '../bench.js';
import { infoRow, limitRow, type Row } from '../row.js';
import { createDatabase } from '../sides/create-database.js';
import { queueEnvironment, startScheduler } from '../sides/start-sides.js';
import { startRedis } from '../sides/start-stores.js';
import { percentile } from '../statistics.js';
import { insertSchedules, nextStretch, readFirings, waitForEnd } from './bench-schedules.js';

/** Each fires `everySeconds`, as many of them in each second. */
function cronOf(index: number, everySeconds: number): string {
  const seconds = Array.from({ length: 60 / everySeconds }, (_, turn) => turn * everySeconds + (index % everySeconds));
  return `${seconds} * * * * *`;
}

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
    const stretch = nextStretch(everySeconds * 1_000, seconds);
    bench.say(`firing ${schedules} schedules for ${seconds} s`);
    await Promise.race([waitForEnd(bench, stretch, 3_000), scheduler.crashed]);
    const firings = await readFirings(database.pool, stretch);
    const expected = (schedules * seconds) / everySeconds;
    const drifts = firings.flatMap(({ slot, addedAt }) => (addedAt ? [addedAt.getTime() - slot.getTime()] : []));
    if (drifts.length !== expected) {
      throw new ClearError(`Of ${expected} slots ${drifts.length} have a job 3 s after the last of them.`);
    }
    const name = `jobs: from a slot to its job in the queue, ${schedules.toLocaleString('en')} schedules every ${everySeconds} s`;
    return [
      limitRow(`${name}, p99 of ${drifts.length.toLocaleString('en')}`, percentile(drifts, 99), 1_000, 'ms'),
      infoRow(`${name}, p50`, percentile(drifts, 50), 'ms'),
    ];
  });

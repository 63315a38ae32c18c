/** Turns one day of one site, stored and marked, into the time and memory of rolling it up. */
import { ClearError } from '@millrace/dev/clear-error';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type Bench, withClosing } from '../bench.js';
import { createDatabase } from '../sides/create-database.js';
import { startRedis } from '../sides/start-stores.js';
import { fillEvents } from '../traffic/fill-events.js';
import { onlyBiggestSite } from '../traffic/traffic-sites.js';
import { timeRoll } from './time-roll.js';

export interface RolledDay {
  seconds: number;
  processorPeakMb: number;
}

const dayMs = 86_400_000;

/** All events lie in yesterday. */
export const rollOneDay = (bench: Bench, events: number): Promise<RolledDay> =>
  withClosing(bench, async (closing) => {
    const database = await createDatabase(bench, closing);
    const redis = await startRedis(closing);
    const untilMs = Math.floor(Date.now() / dayMs) * dayMs;
    await fillEvents(bench, database.pool, { events, fromMs: untilMs - dayMs, untilMs, sites: onlyBiggestSite });
    // What autovacuum does within a minute anyway, so that it does not begin while time is taken.
    await database.pool.query('vacuum analyze events');
    await database.pool.query('checkpoint');
    const { seconds, processor } = await timeRoll(bench, closing, database, redis);
    const processorPeakMb = processor.peakRssMb();
    await processor.stop();
    bench.say(
      `rolled ${events.toLocaleString('en')} events in ${seconds.toFixed(1)} s, ${processorPeakMb.toFixed(0)} MB`,
    );
    await checkDay(database.pool);
    return { seconds, processorPeakMb };
  });

const compareDay = `/* bench.compareDay */
select raw.events = rolled.events and raw.visitors = rolled.visitors as equal
from (select count(*) as events, count(distinct user_id) as visitors from events) as raw,
  (select sum(events) as events, sum(visitor_count) as visitors from rollup_days
   where dimension = 'all' and event_type = '') as rolled`;

/** @throws ClearError when the rollup does not say what the events say. */
async function checkDay(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ equal: boolean | null }>(compareDay);
  if (!rows[0]?.equal) throw new ClearError('The rollup of the day differs from its events.');
}

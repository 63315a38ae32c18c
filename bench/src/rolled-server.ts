import type { ClosingList } from '@millrace/dev/processes/closing-list';
import { makeThrowAwayFolder } from '@millrace/dev/stores/throw-away-folder';
import type { QueueLocation } from '@millrace/shared/platform/config';
import { dayMs } from '@millrace/shared/time/durations';
import type { Bench } from './bench.js';
import { timeRoll } from './rollup/time-roll.js';
import { createDatabase, type Database } from './sides/create-database.js';
import { queueEnvironment, type Server, startReporting, startReportingWorker } from './sides/start-sides.js';
import { startRedis } from './sides/start-stores.js';
import { fillEvents } from './traffic/fill-events.js';
import type { TrafficPlan } from './traffic/make-traffic.js';
import { onlyBiggestSite, trafficSites } from './traffic/traffic-sites.js';

interface RolledDatabase {
  database: Database;
  queue: QueueLocation;
  /** Still running: a report waits for the aggregation of its site. */
  processor: Server;
  rollSeconds: number;
}

interface RolledPlan extends Pick<TrafficPlan, 'events' | 'hasContext'> {
  /** Default 60. */
  days?: number;
  /** Default: all sites, or only the biggest in a quick trial. */
  sites?: TrafficPlan['sites'];
}

/** Traffic of the days before now, stored and rolled up. */
async function startRolledDatabase(
  bench: Bench,
  closing: ClosingList,
  { events, days = 60, ...plan }: RolledPlan,
): Promise<RolledDatabase> {
  const sites = plan.sites ?? (bench.settings.query.allSites ? trafficSites : onlyBiggestSite);
  const database = await createDatabase(bench, closing);
  const queue = await startRedis(closing);
  const untilMs = Date.now();
  bench.say(`storing ${events.toLocaleString('en')} events over ${days} days`);
  await fillEvents(bench, database.pool, { ...plan, events, fromMs: untilMs - days * dayMs, untilMs, sites });
  // Otherwise autovacuum would start during a measurement.
  await database.pool.query('vacuum analyze');
  bench.say('rolling them up');
  const { seconds: rollSeconds, processor } = await timeRoll(bench, closing, database, queue);
  bench.say(`rolled up in ${rollSeconds.toFixed(1)} s`);
  await database.pool.query('vacuum analyze');
  await database.pool.query('checkpoint');
  return { database, queue, processor, rollSeconds };
}

export interface RolledServer extends RolledDatabase {
  reporting: Server;
}

/** With a reporting service that caches no answers: their computation is what is measured. */
export async function startRolledServer(bench: Bench, closing: ClosingList, plan: RolledPlan): Promise<RolledServer> {
  const rolled = await startRolledDatabase(bench, closing, plan);
  const reporting = await startReporting(bench, closing, { DATABASE_URL: rolled.database.url, CACHE_MB: '0' });
  return { ...rolled, reporting };
}

export interface ExportsServer extends RolledServer {
  env: Record<string, string>;
  worker: Server;
}

/** With reporting and its worker, which writes exports and reports. */
export async function startExportsServer(bench: Bench, closing: ClosingList, plan: RolledPlan): Promise<ExportsServer> {
  const rolled = await startRolledDatabase(bench, closing, plan);
  const env = {
    ...queueEnvironment(rolled.queue),
    DATABASE_URL: rolled.database.url,
    EXPORT_DIR: makeThrowAwayFolder(closing),
  };
  const reporting = await startReporting(bench, closing, env);
  const worker = await startReportingWorker(bench, closing, env);
  return { ...rolled, env, reporting, worker };
}

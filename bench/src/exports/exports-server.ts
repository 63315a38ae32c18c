/** A site whose raw events are many, with everything that exports them. */
import type { ClosingList } from '@millrace/dev/closing-list';
import { makeThrowAwayFolder } from '@millrace/dev/throw-away-folder';
import type { QueueLocation } from '@millrace/shared/platform/config';
import type { Bench } from '../bench.js';
import { timeRoll } from '../rollup/time-roll.js';
import { createDatabase, type Database } from '../sides/create-database.js';
import { queueEnvironment, type Server, startReporting, startReportingWorker } from '../sides/start-sides.js';
import { startRedis } from '../sides/start-stores.js';
import { fillEvents } from '../traffic/fill-events.js';
import { onlyBiggestSite, trafficSites } from '../traffic/traffic-sites.js';

export interface ExportsServer {
  database: Database;
  queue: QueueLocation;
  env: Record<string, string>;
  reporting: Server;
  worker: Server;
}

const dayMs = 86_400_000;

/** Of one site, or of all of the bench's when `allSites`; traffic of so many days before now, rolled up. */
export async function startExportsServer(
  bench: Bench,
  closing: ClosingList,
  { events, days, allSites }: { events: number; days: number; allSites: boolean },
): Promise<ExportsServer> {
  const database = await createDatabase(bench, closing);
  const queue = await startRedis(closing);
  const untilMs = Date.now();
  const sites = allSites ? trafficSites : onlyBiggestSite;
  bench.say(`storing ${events.toLocaleString('en')} events of ${days} days`);
  await fillEvents(bench, database.pool, { events, fromMs: untilMs - days * dayMs, untilMs, sites });
  await database.pool.query('vacuum analyze');
  // Its processor goes on: a report waits for the aggregation of its site.
  await timeRoll(bench, closing, database, queue);
  await database.pool.query('vacuum analyze');
  await database.pool.query('checkpoint');
  const env = { ...queueEnvironment(queue), DATABASE_URL: database.url, EXPORT_DIR: makeThrowAwayFolder(closing) };
  const reporting = await startReporting(bench, closing, env);
  const worker = await startReportingWorker(bench, closing, env);
  return { database, queue, env, reporting, worker };
}

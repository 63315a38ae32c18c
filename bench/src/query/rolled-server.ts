/** A database full of events, rolled up, with a processor and a reporting service running on it. */
import type { ClosingList } from '@millrace/dev/closing-list';
import type { QueueLocation } from '@millrace/shared/platform/config';
import type { Bench } from '../bench.js';
import { timeRoll } from '../rollup/time-roll.js';
import { createDatabase, type Database } from '../sides/create-database.js';
import { type Server, startReporting } from '../sides/start-sides.js';
import { startRedis } from '../sides/start-stores.js';
import { fillEvents } from '../traffic/fill-events.js';
import type { TrafficPlan } from '../traffic/make-traffic.js';
import { onlyBiggestSite, trafficSites } from '../traffic/traffic-sites.js';

export interface RolledServer {
  database: Database;
  queue: QueueLocation;
  processor: Server;
  reporting: Server;
  rollSeconds: number;
}

const dayMs = 86_400_000;
const days = 60;

/** Traffic of 60 days before now, of all sites unless `wanted` or a quick trial says otherwise. */
export async function startRolledServer(
  bench: Bench,
  closing: ClosingList,
  events: number,
  wanted: Pick<TrafficPlan, 'sites' | 'hasContext'> = {},
): Promise<RolledServer> {
  const sites = bench.settings.query.allSites ? trafficSites : onlyBiggestSite;
  const database = await createDatabase(bench, closing);
  const queue = await startRedis(closing);
  const untilMs = Date.now();
  bench.say(`storing ${events.toLocaleString('en')} events over ${days} days`);
  await fillEvents(bench, database.pool, { events, fromMs: untilMs - days * dayMs, untilMs, sites, ...wanted });
  // What autovacuum does in time anyway; it must not begin while something is measured.
  await database.pool.query('vacuum analyze');
  bench.say('rolling them up');
  const { seconds: rollSeconds, processor } = await timeRoll(bench, closing, database, queue);
  bench.say(`rolled up in ${rollSeconds.toFixed(1)} s`);
  await database.pool.query('vacuum analyze');
  await database.pool.query('checkpoint');
  // What is measured is the computation of answers, not that they are kept.
  const reporting = await startReporting(bench, closing, { DATABASE_URL: database.url, CACHE_MB: '0' });
  return { database, queue, processor, reporting, rollSeconds };
}

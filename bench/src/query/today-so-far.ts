import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ClosingList } from '@millrace/dev/processes/closing-list';
import { CommandError } from '@millrace/shared/commands/command-error';
import { eventIngest } from '@millrace/shared/contract/jobs';
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Bench } from '../bench.js';
import { timeRequest } from '../load/requests.js';
import { runSteadyLoad } from '../load/steady-load.js';
import { writeLiveBodies } from '../load/write-bodies.js';
import type { RolledServer } from '../rolled-server.js';
import { queueEnvironment, startIngestion } from '../sides/start-sides.js';
import { openQueue, waitUntilDrained } from '../sides/watch-queue.js';
import { fillEvents } from '../traffic/fill-events.js';
import { biggestSite, onlyBiggestSite } from '../traffic/traffic-sites.js';

const perSecond = 1_000;

/** Milliseconds of each request to `/stats` for today, while the open interval is full and more events arrive. @throws CommandError when the answer differs from plain SQL. */
export async function measureTodaySoFar(bench: Bench, closing: ClosingList, server: RolledServer): Promise<number[]> {
  const { openSeconds } = bench.settings.query;
  const queue = await openQueue(closing, eventIngest.queue, server.queue);
  const ingestion = await startIngestion(bench, closing, queueEnvironment(server.queue));
  await fillOpenInterval(bench, server.database.pool);
  const today = new Date().toISOString().slice(0, 10);
  const url = `${server.reporting.url}/stats?site_id=${biggestSite.id}&date=${today}`;
  bench.say(`${perSecond.toLocaleString('en')} events/s for ${openSeconds} s, requesting today's stats meanwhile`);
  const bodiesFile = writeLiveBodies(closing);
  const load = runSteadyLoad({ url: `${ingestion.url}/event`, perSecond, seconds: openSeconds, bodiesFile });
  const requests = requestUntil(Date.now() + openSeconds * 1_000, url);
  const { crashed } = server.processor;
  const [times] = await Promise.race([
    Promise.all([requests, load]),
    crashed,
    ingestion.crashed,
    server.reporting.crashed,
  ]);
  await waitUntilDrained(queue, 60);
  await checkToday(server.database.pool, url, today);
  return times;
}

/** Stores many events between the start of the interval and now. Waits for the next interval when this one is nearly over. */
async function fillOpenInterval(bench: Bench, pool: Pool): Promise<void> {
  const { openEvents, openSeconds, openReserveSeconds } = bench.settings.query;
  const neededMs = (openSeconds + openReserveSeconds) * 1_000;
  const leftMs = intervalMs - (Date.now() % intervalMs);
  if (leftMs < neededMs) {
    bench.say(`waiting ${Math.ceil(leftMs / 1_000)} s for the next interval`);
    await sleep(leftMs + 1_000, undefined, { signal: bench.stopped });
  }
  const untilMs = Date.now();
  const fromMs = Math.floor(untilMs / intervalMs) * intervalMs;
  await fillEvents(bench, pool, { events: openEvents, fromMs, untilMs, sites: onlyBiggestSite, seed: 2 });
}

/** One request after the other; the first few fill caches and do not count. */
async function requestUntil(endMs: number, url: string): Promise<number[]> {
  for (let request = 0; request < 5; request += 1) await timeRequest(url);
  const times: number[] = [];
  while (Date.now() < endMs) times.push((await timeRequest(url)).ms);
  return times;
}

const rawToday = `/* bench.rawToday */
with views as materialized (
  select path, user_id from events
  where site_id = $1 and timestamp >= $2::date::timestamp at time zone 'UTC'
    and timestamp < ($2::date + 1)::timestamp at time zone 'UTC' and event_type = 'view'
)
select (select count(*)::int from views) as total_views,
  (select count(distinct user_id)::int from views) as unique_users,
  (select json_agg(top) from (
    select path, count(*)::int as views from views group by path order by views desc, path collate "C" limit 10
  ) as top) as top_paths`;

async function checkToday(pool: Pool, url: string, today: string): Promise<void> {
  const { rows } = await pool.query<Record<string, unknown>>(rawToday, [biggestSite.id, today]);
  const answer = (await timeRequest(url)).body as Record<string, unknown>;
  const { total_views, unique_users, top_paths } = answer;
  if (isDeepStrictEqual({ total_views, unique_users, top_paths }, rows[0])) return;
  throw new CommandError(`Today so far: /stats says ${JSON.stringify(answer)}, plain SQL ${JSON.stringify(rows[0])}.`);
}

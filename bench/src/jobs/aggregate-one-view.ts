/** One view more on a busy site: how long its roll and then all its aggregates take. */
import { ClearError } from '@millrace/dev/clear-error';
import type { ClosingList } from '@millrace/dev/closing-list';
import type { RollResult, RowsResult } from '@millrace/shared/contract/job-results';
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addJob } from '@millrace/shared/queue/add-job';
import type { Bench } from '../bench.js';
import { timeRoll } from '../rollup/time-roll.js';
import { createDatabase } from '../sides/create-database.js';
import { openQueue } from '../sides/queue-look.js';
import { startRedis } from '../sides/start-stores.js';
import { fillEvents } from '../traffic/fill-events.js';
import { onlyBiggestSite } from '../traffic/traffic-sites.js';
import { waitForJob } from './wait-for-job.js';

export interface OneView {
  /** Of each round, in milliseconds: how long the job of the roll took, and then that of the aggregates. */
  ms: number[];
  /** Of the first aggregation of all events. */
  firstMs: number;
}

const dayMs = 86_400_000;
const days = 30;
const [{ id: siteId }] = onlyBiggestSite as [(typeof onlyBiggestSite)[0]];

/** Of a site that also sells: some clicks become signups, payments and what else aggregates count. */
const addMoney = `/* bench.addMoney */
update events set event_type = case when hashtext(event_id::text) & 7 < 3 then 'signup' when hashtext(event_id::text) & 7 < 6 then 'payment'
    when hashtext(event_id::text) & 7 = 6 then 'revenue' else 'tournament_completed' end,
  properties = jsonb_build_object('transaction_id', event_id, 'amount', '9.90', 'currency', 'EUR', 'status', 'succeeded',
    'interval', 'month', 'tournament_id', left(event_id::text, 2), 'format', 'league', 'players', 8)
where site_id = $1 and event_type = 'download'`;

const addView = `/* bench.addView */
with added as (
  insert into events (site_id, timestamp, event_id, event_type, path, user_id, profile_id)
  values ($1, $2, gen_random_uuid(), 'view', '/one-more', 'one-more', 'profile-1') returning timestamp
)
insert into rollup_marks (site_id, interval_start)
select $1, date_bin('15 minutes', timestamp, timestamptz '2000-01-01 00:00:00Z') from added`;

const compare = `/* bench.compareViews */
select (select sum(views) from profile_performance where site_id = $1) =
  (select count(*) from events where site_id = $1 and event_type = 'view' and profile_id is not null) as equal`;

async function check(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ equal: boolean | null }>(compare, [siteId]);
  if (!rows[0]?.equal) throw new ClearError('The aggregates count other views than there are.');
}

async function fill(bench: Bench, pool: Pool, events: number): Promise<void> {
  const untilMs = Math.floor(Date.now() / intervalMs) * intervalMs;
  await fillEvents(bench, pool, { events, fromMs: untilMs - days * dayMs, untilMs, sites: onlyBiggestSite });
  await pool.query(addMoney, [siteId]);
  await pool.query('vacuum analyze');
}

/** Views come an hour before now, in an interval that is over. */
export async function aggregateOneView(bench: Bench, closing: ClosingList, events: number): Promise<OneView> {
  const database = await createDatabase(bench, closing);
  const redis = await startRedis(closing);
  await fill(bench, database.pool, events);
  const { processor } = await timeRoll(bench, closing, database, redis);
  const queue = await openQueue(closing, 'analytics-aggregation', redis);
  const run = async (name: 'roll' | 'all', jobId: string) => {
    await addJob(queue, name, { site_id: siteId }, { jobId });
    const job = await Promise.race([waitForJob(bench, queue, jobId), processor.crashed]);
    const result = job.returnvalue as RollResult | RowsResult;
    if ('ms' in result) return result.ms;
    throw new ClearError(`Job ${name} of the site was skipped: ${result.skipped}`);
  };
  await database.pool.query('vacuum analyze');
  const firstMs = await run('all', 'bench-first');
  await database.pool.query('vacuum analyze');
  await database.pool.query('checkpoint');
  const ms: number[] = [];
  for (let round = 0; round < bench.settings.jobs.aggregates.views; round += 1) {
    bench.stopped.throwIfAborted();
    await database.pool.query(addView, [siteId, new Date(Date.now() - 3_600_000)]);
    const rollMs = await run('roll', `bench-roll-${round}`);
    ms.push(rollMs + (await run('all', `bench-view-${round}`)));
  }
  await check(database.pool);
  await processor.stop();
  return { ms, firstMs };
}

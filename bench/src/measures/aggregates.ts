import type { ClosingList } from '@millrace/dev/processes/closing-list';
import { CommandError } from '@millrace/shared/commands/command-error';
import type { RollResult, RowsResult } from '@millrace/shared/contract/job-results';
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addJob } from '@millrace/shared/queue/add-job';
import { dayMs } from '@millrace/shared/time/durations';
import { type Bench, withClosing } from '../bench.js';
import { timeRoll } from '../rollup/time-roll.js';
import { infoRow, limitRow, median, type Row } from '../row.js';
import { createDatabase } from '../sides/create-database.js';
import { startRedis } from '../sides/start-stores.js';
import { openQueue, waitForJob } from '../sides/watch-queue.js';
import { fillEvents } from '../traffic/fill-events.js';
import { onlyBiggestSite } from '../traffic/traffic-sites.js';

interface OneView {
  /** Milliseconds of each round: the roll job plus the aggregation job. */
  ms: number[];
  /** Milliseconds of the first aggregation of all events. */
  firstMs: number;
}

const days = 30;
const [{ id: siteId }] = onlyBiggestSite as [(typeof onlyBiggestSite)[0]];

/** Adds revenue to the site: downloads become signups, payments and other events that aggregates count. */
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
  if (!rows[0]?.equal) throw new CommandError('The aggregates do not count the views of the events.');
}

async function fill(bench: Bench, pool: Pool, events: number): Promise<void> {
  const untilMs = Math.floor(Date.now() / intervalMs) * intervalMs;
  await fillEvents(bench, pool, { events, fromMs: untilMs - days * dayMs, untilMs, sites: onlyBiggestSite });
  await pool.query(addMoney, [siteId]);
  await pool.query('vacuum analyze');
}

/** Views are an hour old, so that their interval is closed. */
async function aggregateOneView(bench: Bench, closing: ClosingList, events: number): Promise<OneView> {
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
    throw new CommandError(`Job ${name} of the site was skipped: ${result.skipped}`);
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

/** How long it takes to update all aggregates of a site after one more view, by the size of the site. */
export async function measureAggregates(bench: Bench): Promise<Row[]> {
  const { monthEvents, barEvents } = bench.settings.jobs.aggregates;
  const rows: Row[] = [];
  for (const events of monthEvents) {
    const { ms, firstMs } = await withClosing(bench, (closing) => aggregateOneView(bench, closing, events));
    const name = `aggregates: one more view on a site of ${events.toLocaleString('en')} events in 30 days`;
    const seconds = median(ms) / 1_000;
    const row = events === barEvents ? limitRow(name, seconds, 1, 's') : infoRow(name, seconds, 's');
    rows.push({ ...row, rounds: ms.map((each) => `${each} ms`).join(' · ') });
    rows.push(infoRow(`${name}, first aggregation`, firstMs / 1_000, 's'));
  }
  return rows;
}

import { CommandError } from '@millrace/shared/commands/command-error';
import type { FanOutResult } from '@millrace/shared/contract/job-results';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addJob } from '@millrace/shared/queue/add-job';
import type { Queue } from '@millrace/shared/queue/queue';
import { dayMs } from '@millrace/shared/time/durations';
import { type Bench, withClosing } from '../bench.js';
import { frozenSpeedupRow, incomparableRow, javascriptAggregations } from '../frozen-baselines.js';
import { infoRow, type Row } from '../row.js';
import { createDatabase, createPartitions } from '../sides/create-database.js';
import { queueEnvironment, type Server, startProcessor } from '../sides/start-sides.js';
import { startRedis } from '../sides/start-stores.js';
import { openQueue, waitForJob } from '../sides/watch-queue.js';

interface TypedEvents {
  sites: number;
  eventsPerSite: number;
  from: Date;
  to: Date;
}

/** A reproducible number for each event, whose digits determine its type and values. */
const insert = `/* bench.fillTypedEvents */
with drawn as materialized (
  select site, n, hashint8extended(n, site) & 9223372036854775807 as h
  from generate_series(1::bigint, $1::bigint) as site, generate_series(1::bigint, $2::bigint) as n
), typed as materialized (
  select *, round(h / 10000 % 20000 / 100.0, 2)::text as amount, case when n % 4 = 0 then 'USD' else 'EUR' end as currency,
    case when h % 1000 < 600 then 'view' when h % 1000 < 720 then 'click' when h % 1000 < 850 then 'impression'
      when h % 1000 < 900 then 'ad_request' when h % 1000 < 915 then 'signup' when h % 1000 < 955 then 'payment'
      when h % 1000 < 960 then 'refund' when h % 1000 < 980 then 'revenue' when h % 1000 < 990 then 'tournament_created'
      else 'tournament_completed' end as type
  from drawn
)
insert into events (site_id, timestamp, event_id, event_type, path, user_id, profile_id, properties)
select 'site-' || site, $3::timestamptz + (n - 0.5) / $2::bigint * ($4::timestamptz - $3::timestamptz),
  md5(site || ' ' || n)::uuid, type, '/page-' || h % 317, 'user-' || h % 499, 'profile-' || h % 19,
  case
    when type = 'payment' then jsonb_build_object('transaction_id', 't' || n, 'amount', amount, 'currency', currency,
      'status', case when h % 7 = 0 then 'failed' else 'succeeded' end)
      || case when n % 3 = 0 then '{"interval": "month"}'::jsonb else '{}' end
    when type = 'refund' then jsonb_build_object('transaction_id', 't' || n, 'amount', amount, 'currency', currency)
    when type = 'revenue' then jsonb_build_object('amount', amount, 'currency', currency)
    when type like 'tournament%' then jsonb_build_object('tournament_id', 'cup-' || n / 150, 'format',
      (array['league', 'knockout', 'swiss'])[1 + n / 150 % 3], 'players', h % 64, 'duration_minutes', h % 90)
  end
from typed`;

const addSites = `/* bench.addTypedSites */
insert into sites (site_id) select 'site-' || site from generate_series(1, $1::int) as site`;

const addMarks = `/* bench.addTypedMarks */
insert into rollup_marks (site_id, interval_start)
select distinct site_id, date_bin('15 minutes', timestamp, timestamptz '2000-01-01 00:00:00Z') from events`;

async function fillTypedEvents(pool: Pool, { sites, eventsPerSite, from, to }: TypedEvents): Promise<void> {
  await createPartitions(pool, from, to);
  await pool.query(addSites, [sites]);
  await pool.query(insert, [sites, eventsPerSite, from, to]);
  await pool.query(addMarks);
  // Otherwise autovacuum would start during the measurement.
  await pool.query('vacuum analyze events');
  await pool.query('checkpoint');
}

const days = 30;

/** Milliseconds from adding a job for all sites until the jobs of all sites are done. @throws CommandError when a site is left out. */
async function timeJob(bench: Bench, queue: Queue, processor: Server, sites: number, name: string): Promise<number> {
  const jobId = `bench-${name}`;
  await addJob(queue, name, {}, { jobId });
  const job = await Promise.race([waitForJob(bench, queue, jobId), processor.crashed]);
  const { done, failed, skipped } = job.returnvalue as FanOutResult;
  if (done.length === sites) return job.finishedOn! - job.timestamp;
  const reason = failed[0]?.reason ?? skipped[0]?.reason ?? 'it was not listed';
  throw new CommandError(
    `Job ${name} left out ${sites - done.length} of ${sites} sites; the reason for the first: ${reason}`,
  );
}

const countAggregates = `/* bench.countAggregates */
select ((select count(*) from revenue_aggregates) + (select count(*) from user_cohorts)
  + (select count(*) from tournament_aggregates) + (select count(*) from profile_performance)
  + (select count(*) from publisher_performance))::int as count`;

/** Against a frozen figure of the same aggregations in JavaScript, one upsert per row. */
export const measureAggregations = (bench: Bench): Promise<Row[]> =>
  withClosing(bench, async (closing) => {
    const { sites, eventsPerSite } = bench.settings.jobs.aggregations;
    const database = await createDatabase(bench, closing);
    const redis = await startRedis(closing);
    const to = new Date(Math.floor(Date.now() / dayMs) * dayMs);
    await fillTypedEvents(database.pool, { sites, eventsPerSite, from: new Date(to.getTime() - days * dayMs), to });
    const queue = await openQueue(closing, 'analytics-aggregation', redis);
    const env = { ...queueEnvironment(redis), DATABASE_URL: database.url, AGGREGATION_JOBS_PER_SECOND: '0' };
    const processor = await startProcessor(bench, closing, env);
    // Aggregates are computed from rollups where possible.
    await timeJob(bench, queue, processor, sites, 'roll');
    const ms = await timeJob(bench, queue, processor, sites, 'all');
    const peakMb = processor.peakRssMb();
    await processor.stop();
    bench.say(`all aggregations took ${(ms / 1_000).toFixed(1)} s`);
    const { rows } = await database.pool.query<{ count: number }>(countAggregates);
    const events = (sites * eventsPerSite).toLocaleString('en');
    const name = `jobs: all aggregations of ${sites} sites, ${events} events of ${days} days, limiter lifted`;
    const versus = `${name}, vs site after site in JavaScript, one upsert per row`;
    const frozen = javascriptAggregations;
    return [
      infoRow(`${name}: ${rows[0]!.count.toLocaleString('en')} rows`, ms / 1_000, 's'),
      sites === frozen.sites && eventsPerSite === frozen.eventsPerSite
        ? frozenSpeedupRow(versus, [ms], frozen.figure, 4)
        : incomparableRow(versus),
      infoRow('jobs: peak memory of the processor', peakMb, 'MB'),
    ];
  });

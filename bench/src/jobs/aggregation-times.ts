/** Turns the events of many sites into the time of all their aggregations, and into that of the straightforward way. */
import { ClearError } from '@millrace/dev/clear-error';
import type { FanOutResult } from '@millrace/shared/contract/job-results';
import { addJob } from '@millrace/shared/queue/add-job';
import type { Queue } from '@millrace/shared/queue/queue';
import { aggregateSites } from '../../baseline/aggregations/aggregate-sites.js';
import { type Bench, withClosing } from '../bench.js';
import { infoRow, type Row, speedupRow } from '../row.js';
import { createDatabase } from '../sides/create-database.js';
import { openQueue } from '../sides/queue-look.js';
import { queueEnvironment, type Server, startProcessor } from '../sides/start-sides.js';
import { startRedis } from '../sides/start-stores.js';
import { compareAggregates, createPlainTables } from './compare-aggregates.js';
import { fillTypedEvents } from './fill-typed-events.js';
import { waitForJob } from './wait-for-job.js';

const dayMs = 86_400_000;
const days = 30;

/** Milliseconds from adding a job of all sites to its end, after that of every site's job. @throws ClearError when it left one out. */
async function timeJob(bench: Bench, queue: Queue, processor: Server, sites: number, name: string): Promise<number> {
  const jobId = `bench-${name}`;
  await addJob(queue, name, {}, { jobId });
  const job = await Promise.race([waitForJob(bench, queue, jobId), processor.crashed]);
  const { done, failed, skipped } = job.returnvalue as FanOutResult;
  if (done.length === sites) return job.finishedOn! - job.timestamp;
  const reason = failed[0]?.reason ?? skipped[0]?.reason ?? 'it was not looked at';
  throw new ClearError(`Job ${name} left out ${sites - done.length} of ${sites} sites, the first since: ${reason}`);
}

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
    // Aggregates come from rollups where those tell.
    await timeJob(bench, queue, processor, sites, 'roll');
    const ours = await timeJob(bench, queue, processor, sites, 'all');
    const peakMb = processor.peakRssMb();
    await processor.stop();
    bench.say(`all aggregations took ${(ours / 1_000).toFixed(1)} s; now one row after the other`);

    await createPlainTables(database.pool);
    await database.pool.query('checkpoint');
    const startedAt = performance.now();
    await aggregateSites(database.pool);
    const plain = performance.now() - startedAt;
    const rows = await compareAggregates(database.pool);
    const events = (sites * eventsPerSite).toLocaleString('en');
    const name = `jobs: all aggregations of ${sites} sites, ${events} events of ${days} days, limiter lifted`;
    return [
      infoRow(`${name}: ${rows.toLocaleString('en')} rows`, ours / 1_000, 's'),
      speedupRow(`${name}, vs site after site in JavaScript, one upsert per row`, [ours], [plain], 4),
      infoRow('jobs: peak memory of the processor meanwhile', peakMb, 'MB'),
    ];
  });

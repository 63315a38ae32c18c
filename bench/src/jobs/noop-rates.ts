import { join } from 'node:path';
import { findFreePort } from '@millrace/dev/stores/free-port';
import { workspaceRoot } from '@millrace/dev/workspace-root';
import { type QueueName, queues } from '@millrace/shared/contract/jobs';
import type { QueueLocation } from '@millrace/shared/platform/config';
import { addJobs } from '@millrace/shared/queue/add-job';
import type { Queue } from '@millrace/shared/queue/queue';
import { type Bench, withClosing } from '../bench.js';
import { type Row, ratioRow } from '../row.js';
import { createDatabase } from '../sides/create-database.js';
import { spawnSide } from '../sides/spawn-side.js';
import { queueEnvironment } from '../sides/start-sides.js';
import { queuePrefix, startRedis } from '../sides/start-stores.js';
import { openQueue } from '../sides/watch-queue.js';

const site = { site_id: 'demo' };

/** A valid job for each queue with a worker, except that of events, which measure `drain` covers. */
const samples: [QueueName, string, object][] = [
  ['analytics-aggregation', 'all', site],
  ['site-aggregation', 'all', site],
  ['metrics-calculation', 'calculate', { ...site, metricType: 'quality' }],
  ['cleanup', 'clean', { type: 'old_logs' }],
  ['cache-warming', 'warm', { cacheKeys: ['top-items'] }],
];

type SideName = 'ours' | 'bare';
const script = join(workspaceRoot, 'bench', 'dist', 'src', 'jobs', 'noop-worker.js');
const jobsPerCall = 500;

async function fill(queue: Queue, name: string, data: object, jobs: number): Promise<void> {
  for (let from = 0; from < jobs; from += jobsPerCall) {
    const count = Math.min(jobsPerCall, jobs - from);
    const piece = Array.from({ length: count }, (_, index) => ({
      name,
      data,
      options: { jobId: `no-op-${from + index}` },
    }));
    await addJobs(queue, piece);
  }
}

/** Jobs/s of one process that starts on a full queue. */
const timeSide = (bench: Bench, side: SideName, queue: Queue, location: QueueLocation, jobs: number) =>
  withClosing(bench, async (closing) => {
    const url = `http://127.0.0.1:${await findFreePort()}`;
    const { concurrency } = queues[queue.name as QueueName];
    const env = {
      ...queueEnvironment(location),
      SIDE: side,
      PORT: new URL(url).port,
      QUEUE: queue.name,
      JOBS: String(jobs),
      CONCURRENCY: String(concurrency),
    };
    const options = { name: `no-op worker (${side})`, script, env, readyUrl: `${url}/ready` };
    const { crashed } = await spawnSide(closing, options);
    const rate = fetch(`${url}/rate`).then((response) => response.text());
    return Number(await Promise.race([rate, crashed]));
  });

async function compare(bench: Bench, location: QueueLocation, queue: Queue, name: string, data: object): Promise<Row> {
  const jobs = bench.settings.jobs.noops[location.kind];
  const rates = { ours: [] as number[], bare: [] as number[] };
  for (let round = 1; round <= bench.settings.rounds; round += 1) {
    for (const side of round % 2 === 1 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const)) {
      await fill(queue, name, data, jobs);
      rates[side].push(await timeSide(bench, side, queue, location, jobs));
      await queue.obliterate({ force: true });
    }
  }
  const { concurrency } = queues[queue.name as QueueName];
  const where = location.kind === 'redis' ? 'Redis' : 'Postgres';
  const title = `jobs: no-ops, ${queue.name} on ${where}, ${concurrency} at a time, limiter lifted for both, vs bare BullMQ`;
  return ratioRow(title, rates.ours, rates.bare, 0.9, 'jobs/s');
}

export const measureNoops = (bench: Bench): Promise<Row[]> =>
  withClosing(bench, async (closing) => {
    const { url } = await createDatabase(bench, closing);
    const locations: QueueLocation[] = [await startRedis(closing), { kind: 'postgres', url, prefix: queuePrefix }];
    const rows: Row[] = [];
    for (const [turn, location] of locations.entries()) {
      const isItsTurn = (_: unknown, index: number) => bench.settings.jobs.noopsOnBoth || index % 2 === turn;
      for (const [queueName, name, data] of samples.filter(isItsTurn)) {
        const row = await compare(bench, location, await openQueue(closing, queueName, location), name, data);
        bench.say(
          `${queueName} on ${location.kind}: ${Math.round(row.ours)} jobs/s, bare ${Math.round(row.reference!)}`,
        );
        rows.push(row);
      }
    }
    return rows;
  });

/** Rates of single-event requests: of ingestion, the release before, the straightforward design and bare Express. */
import { queueName } from '../baseline/queue-contract.js';
import { alternateRounds } from './alternate-rounds.js';
import { type Bench, withClosing } from './bench.js';
import { writeSingleBodies } from './load/write-bodies.js';
import type { LoadRounds } from './load-row.js';
import { startIngestionSides } from './sides/ingestion-sides.js';
import { countQueuedJobs, openQueue } from './sides/queue-look.js';
import { startBareExpress, startBaselineIngestion } from './sides/start-sides.js';
import { startRedis } from './sides/start-stores.js';

export interface SingleRates {
  ours: LoadRounds;
  baseline: LoadRounds;
  express: LoadRounds;
  /** With `--against` only. */
  previous?: LoadRounds;
  ingestionPeakMb: number;
}

/** All durable sides add to the same Redis; no processor runs. */
export const measureSingleRates = (bench: Bench): Promise<SingleRates> =>
  withClosing(bench, async (closing) => {
    const redis = await startRedis(closing);
    const { ours, previous } = await startIngestionSides(bench, closing, redis);
    const baseline = await startBaselineIngestion(bench, closing, { REDIS_URL: redis.url });
    const express = await startBareExpress(bench, closing, {});
    const baselineQueue = await openQueue(closing, queueName, { ...redis, prefix: 'bull' });
    const load = {
      path: '/event',
      bodiesFile: writeSingleBodies(closing),
      connections: 64,
      eventsPerRequest: 1,
    } as const;
    const rounds = await alternateRounds(bench, {
      ours: { ...load, ...ours },
      ...(previous && { previous: { ...load, ...previous } }),
      baseline: { ...load, server: baseline, queue: { queue: baselineQueue, countEvents: countQueuedJobs } },
      express: { ...load, server: express },
    });
    return { ...rounds, ingestionPeakMb: ours.server.peakRssMb() };
  });

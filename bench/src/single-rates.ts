/** Turns single-event requests into the rates of ingestion, of the straightforward design and of bare Express. */
import { eventIngest } from '@millrace/shared/jobs';
import { queueName } from '../baseline/queue-contract.js';
import { alternateRounds } from './alternate-rounds.js';
import { type Bench, withClosing } from './bench.js';
import { writeSingleBodies } from './load/write-bodies.js';
import { countQueuedEvents, countQueuedJobs, openQueue } from './sides/queue-look.js';
import { queueEnvironment, startBareExpress, startBaselineIngestion, startIngestion } from './sides/start-sides.js';
import { startRedis } from './sides/start-stores.js';

export interface SingleRates {
  ours: number[];
  baseline: number[];
  express: number[];
  ingestionPeakMb: number;
}

/** Both durable sides add to the same Redis; no processor runs. */
export const measureSingleRates = (bench: Bench): Promise<SingleRates> =>
  withClosing(bench, async (closing) => {
    const redis = await startRedis(closing);
    const ingestion = await startIngestion(bench, closing, queueEnvironment(redis));
    const baseline = await startBaselineIngestion(bench, closing, { REDIS_URL: redis.url });
    const express = await startBareExpress(bench, closing, {});
    const queue = await openQueue(closing, eventIngest.queue, redis);
    const baselineQueue = await openQueue(closing, queueName, { ...redis, prefix: 'bull' });
    const load = { bodiesFile: writeSingleBodies(closing), connections: 64, eventsPerRequest: 1 };
    const rates = await alternateRounds(bench, {
      ours: { ...load, url: `${ingestion.url}/event`, queue: { queue, countEvents: countQueuedEvents } },
      baseline: {
        ...load,
        url: `${baseline.url}/event`,
        queue: { queue: baselineQueue, countEvents: countQueuedJobs },
      },
      express: { ...load, url: `${express.url}/event` },
    });
    const of = (name: string) => rates.get(name) ?? [];
    const ingestionPeakMb = ingestion.peakRssMb();
    return { ours: of('ours'), baseline: of('baseline'), express: of('express'), ingestionPeakMb };
  });

/** Turns durable requests of 1,000 events into our rate against one request and one job per event. */
import { eventIngest } from '@millrace/shared/jobs';
import { alternateRounds } from '../alternate-rounds.js';
import { type Bench, withClosing } from '../bench.js';
import { batchSize, writeBatchBodies } from '../load/write-bodies.js';
import { limitRow, type Row, ratioRow } from '../row.js';
import { countQueuedEvents, openQueue } from '../sides/queue-look.js';
import { queueEnvironment, startIngestion } from '../sides/start-sides.js';
import { startRedis } from '../sides/start-stores.js';
import { measureSingleRates } from '../single-rates.js';

export async function measureBatch(bench: Bench): Promise<Row[]> {
  const { baseline } = await bench.once(measureSingleRates);
  return withClosing(bench, async (closing) => {
    const redis = await startRedis(closing);
    const ingestion = await startIngestion(bench, closing, queueEnvironment(redis));
    const queue = await openQueue(closing, eventIngest.queue, redis);
    const rates = await alternateRounds(bench, {
      batch: {
        url: `${ingestion.url}/events`,
        bodiesFile: writeBatchBodies(closing),
        connections: 8,
        eventsPerRequest: batchSize,
        queue: { queue, countEvents: countQueuedEvents },
      },
    });
    return [
      ratioRow(
        'batch: POST /events of 1,000, durable, 8 connections, vs baseline',
        rates.get('batch') ?? [],
        baseline,
        20,
      ),
      limitRow('batch: peak memory of ingestion', ingestion.peakRssMb(), 250, 'MB'),
    ];
  });
}

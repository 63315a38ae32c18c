/** Turns a full queue into the rate of our processor against one insert per event. */

import { queueName } from '../../baseline/queue-contract.js';
import { type Bench, withClosing } from '../bench.js';
import { checkRows, measureDrainRates } from '../drain-rates.js';
import { postBacklog } from '../load/post-backlog.js';
import { makeBacklog } from '../make-events.js';
import { limitRow, type Row, ratioRow } from '../row.js';
import { createDatabase } from '../sides/create-database.js';
import { openQueue, timeDrain } from '../sides/queue-look.js';
import { startBaselineIngestion, startBaselineProcessor } from '../sides/start-sides.js';
import { startRedis } from '../sides/start-stores.js';

export async function measureDrain(bench: Bench): Promise<Row[]> {
  const { drain, ingestionPeakMb, processorPeakMb } = await bench.once(measureDrainRates);
  const baseline: number[] = [];
  for (let round = 1; round <= bench.settings.rounds; round += 1) baseline.push(await drainBaseline(bench));
  const events = bench.settings.drainEvents.toLocaleString('en');
  return [
    ratioRow(`drain: ${events} queued events into Postgres, vs baseline`, drain, baseline, 20),
    limitRow('drain: peak memory of ingestion while queueing', ingestionPeakMb, 250, 'MB'),
    limitRow('drain: peak memory of the processor', processorPeakMb, 250, 'MB'),
  ];
}

const backlog = function* (count: number) {
  for (const [event] of makeBacklog(count, 1, Date.now())) yield event;
};

const drainBaseline = (bench: Bench): Promise<number> =>
  withClosing(bench, async (closing) => {
    const { baselineDrainEvents } = bench.settings;
    const redis = await startRedis(closing);
    const database = await createDatabase(bench, closing);
    const queue = await openQueue(closing, queueName, { ...redis, prefix: 'bull' });
    const ingestion = await startBaselineIngestion(bench, closing, { REDIS_URL: redis.url });
    await postBacklog(`${ingestion.url}/event`, backlog(baselineDrainEvents), 64);
    await ingestion.stop();
    await database.pool.query('checkpoint');
    const timing = timeDrain(queue, 300);
    timing.catch(() => undefined);
    const processor = await startBaselineProcessor(closing, { REDIS_URL: redis.url, DATABASE_URL: database.url });
    const rate = baselineDrainEvents / (await Promise.race([timing, processor.crashed]));
    await processor.stop();
    await checkRows(database.pool, baselineDrainEvents);
    bench.say(`baseline drained ${Math.round(rate)} events/s`);
    return rate;
  });

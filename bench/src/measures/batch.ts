/** The rate of durable requests of 1,000 events, against one request and one job per event and against the release before. */
import { alternateRounds } from '../alternate-rounds.js';
import { type Bench, withClosing } from '../bench.js';
import { batchSize, writeBatchBodies } from '../load/write-bodies.js';
import { loadRatioRow } from '../load-row.js';
import { limitRow, type Row } from '../row.js';
import { startIngestionSides } from '../sides/ingestion-sides.js';
import { startRedis } from '../sides/start-stores.js';
import { measureSingleRates } from '../single-rates.js';

const name = 'batch: POST /events of 1,000, durable, 8 connections';

export async function measureBatch(bench: Bench): Promise<Row[]> {
  const { baseline } = await bench.once(measureSingleRates);
  return withClosing(bench, async (closing) => {
    const { ours, previous } = await startIngestionSides(bench, closing, await startRedis(closing));
    const bodiesFile = writeBatchBodies(closing);
    const load = { path: '/events', bodiesFile, connections: 8, eventsPerRequest: batchSize } as const;
    const rounds = await alternateRounds(bench, {
      batch: { ...load, ...ours },
      ...(previous && { previous: { ...load, ...previous } }),
    });
    return [
      loadRatioRow(bench.tool, `${name}, vs baseline`, rounds.batch, baseline, 20),
      ...(rounds.previous
        ? [loadRatioRow(bench.tool, `${name}, vs ${rounds.previous.server}`, rounds.batch, rounds.previous, 1.3)]
        : []),
      limitRow('batch: peak memory of ingestion', ours.server.peakRssMb(), 250, 'MB'),
    ];
  });
}

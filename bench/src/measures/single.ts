import { type Bench, withClosing } from '../bench.js';
import { alternateRounds } from '../load/alternate-rounds.js';
import { type LoadRounds, loadRatioRow } from '../load/load-row.js';
import { batchSize, writeBatchBodies, writeSingleBodies } from '../load/write-bodies.js';
import { limitRow, type Row } from '../row.js';
import { baselineQueue, startBareExpress, startBaselineIngestion, startIngestionSides } from '../sides/start-sides.js';
import { startRedis } from '../sides/start-stores.js';
import { countQueuedJobs, openQueue } from '../sides/watch-queue.js';

interface SingleRates {
  ours: LoadRounds;
  baseline: LoadRounds;
  express: LoadRounds;
  /** With `--against` only. */
  previous?: LoadRounds;
  ingestionPeakMb: number;
}

/** All sides that queue events do so in the same Redis; no processor runs. */
const measureSingleRates = (bench: Bench): Promise<SingleRates> =>
  withClosing(bench, async (closing) => {
    const redis = await startRedis(closing);
    const { ours, previous } = await startIngestionSides(bench, closing, redis);
    const baseline = await startBaselineIngestion(bench, closing, { REDIS_URL: redis.url });
    const express = await startBareExpress(bench, closing, {});
    const queue = await openQueue(closing, baselineQueue, { ...redis, prefix: 'bull' });
    const bodiesFile = writeSingleBodies(closing);
    const load = { path: '/event', bodiesFile, connections: 64, eventsPerRequest: 1 } as const;
    const rounds = await alternateRounds(bench, {
      ours: { ...load, ...ours },
      ...(previous && { previous: { ...load, ...previous } }),
      baseline: { ...load, server: baseline, queue: { queue, countEvents: countQueuedJobs } },
      express: { ...load, server: express },
    });
    return { ...rounds, ingestionPeakMb: ours.server.peakRssMb() };
  });

/** Single-event requests against the straightforward design and, with `--against`, another commit. */
export async function measureSingle(bench: Bench): Promise<Row[]> {
  const name = 'single: POST /event, durable, 64 connections';
  const { ours, baseline, previous, ingestionPeakMb } = await bench.once(measureSingleRates);
  return [
    loadRatioRow(`${name}, vs baseline`, ours, baseline, 4),
    ...(previous ? [loadRatioRow(`${name}, vs ${previous.server}`, ours, previous)] : []),
    limitRow('single: peak memory of ingestion', ingestionPeakMb, 250, 'MB'),
  ];
}

export async function measureExpress(bench: Bench): Promise<Row[]> {
  const { ours, express } = await bench.once(measureSingleRates);
  return [loadRatioRow('express: the same vs bare Express, which stores nothing', ours, express, 3.3)];
}

/** The baseline has no batches: its rate is that of single events. */
export async function measureBatch(bench: Bench): Promise<Row[]> {
  const name = 'batch: POST /events of 1,000, durable, 8 connections';
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
      loadRatioRow(`${name}, vs baseline`, rounds.batch, baseline, 20),
      ...(rounds.previous
        ? [loadRatioRow(`${name}, vs ${rounds.previous.server}`, rounds.batch, rounds.previous, 1.3)]
        : []),
      limitRow('batch: peak memory of ingestion', ours.server.peakRssMb(), 250, 'MB'),
    ];
  });
}

import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, withClosing } from '../bench.js';
import { runSteadyLoad } from '../load/steady-load.js';
import { batchSize, writeBatchBodies, writeSingleBodies } from '../load/write-bodies.js';
import { infoRow, limitRow, memoryGrowthRow, type Row } from '../row.js';
import { type Pipeline, startPipeline } from '../sides/start-sides.js';
import { waitUntilDrained } from '../sides/watch-queue.js';
import { checkRows } from './drain.js';

const singlesPerSecond = 1_000;
const batchesPerSecond = 10;

interface Samples {
  ingestion: number[];
  processor: number[];
  waitingJobs: number[];
}

/** Whether memory stays flat under minutes of mixed load. */
export const measureMemory = (bench: Bench): Promise<Row[]> =>
  withClosing(bench, async (closing) => {
    const pipeline = await startPipeline(bench, closing);
    const { ingestion, processor, database, queue } = pipeline;
    const seconds = bench.settings.memorySeconds;
    bench.say(`${singlesPerSecond} single events/s and ${batchesPerSecond} batches of ${batchSize}/s for ${seconds} s`);
    const singles = {
      url: `${ingestion.url}/event`,
      perSecond: singlesPerSecond,
      bodiesFile: writeSingleBodies(closing),
    };
    const batches = {
      url: `${ingestion.url}/events`,
      perSecond: batchesPerSecond,
      bodiesFile: writeBatchBodies(closing),
    };
    const work = Promise.all([
      runSteadyLoad({ ...singles, seconds }),
      runSteadyLoad({ ...batches, seconds }),
      sampleEachSecond(bench, pipeline, seconds),
    ]);
    const [single, batch, samples] = await Promise.race([work, ingestion.crashed, processor.crashed]);
    await waitUntilDrained(queue, 60);
    await checkRows(database.pool, single.ok + batch.ok * batchSize);
    return toRows(samples, seconds);
  });

async function sampleEachSecond(
  bench: Bench,
  { ingestion, processor, queue }: Pipeline,
  seconds: number,
): Promise<Samples> {
  const samples: Samples = { ingestion: [], processor: [], waitingJobs: [] };
  for (let second = 0; second < seconds && !bench.stopped.aborted; second += 1) {
    samples.ingestion.push(ingestion.rssMb());
    samples.processor.push(processor.rssMb());
    samples.waitingJobs.push(await queue.getWaitingCount());
    await sleep(1_000);
  }
  return samples;
}

function toRows(samples: Samples, seconds: number): Row[] {
  const load = `memory: ${seconds} s of ${singlesPerSecond.toLocaleString('en')} single and ${(batchesPerSecond * batchSize).toLocaleString('en')} batched events/s`;
  return [
    ...rowsOf(`${load}, ingestion`, samples.ingestion),
    ...rowsOf(`${load}, processor`, samples.processor),
    infoRow(`${load}, most jobs waiting`, Math.max(...samples.waitingJobs), 'jobs'),
  ];
}

const rowsOf = (measure: string, rss: number[]): Row[] => [
  limitRow(`${measure}, highest`, Math.max(...rss), 250, 'MB'),
  memoryGrowthRow(measure, rss),
];

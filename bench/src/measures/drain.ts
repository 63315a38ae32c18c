import type { ClosingList } from '@millrace/dev/processes/closing-list';
import { CommandError } from '@millrace/shared/commands/command-error';
import { eventIngest } from '@millrace/shared/contract/jobs';
import type { QueueLocation } from '@millrace/shared/platform/config';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type Bench, withClosing } from '../bench.js';
import { makeBacklog } from '../load/make-events.js';
import { postBacklog } from '../load/requests.js';
import { batchSize } from '../load/write-bodies.js';
import { limitRow, type Row, ratioRow } from '../row.js';
import { countRows, createDatabase, type Database } from '../sides/create-database.js';
import {
  baselineQueue,
  queueEnvironment,
  startBaselineIngestion,
  startBaselineProcessor,
  startIngestion,
  startProcessor,
} from '../sides/start-sides.js';
import { startRedis } from '../sides/start-stores.js';
import { openQueue, timeDrain } from '../sides/watch-queue.js';

interface DrainRates {
  drain: number[];
  copy: number[];
  ingestionPeakMb: number;
  processorPeakMb: number;
}

const deadlineSeconds = 300;

/** Each round drains a full queue into a fresh database, then times one COPY of the same rows into the emptied table. */
async function measureDrainRates(bench: Bench): Promise<DrainRates> {
  const rates: DrainRates = { drain: [], copy: [], ingestionPeakMb: 0, processorPeakMb: 0 };
  for (let round = 1; round <= bench.settings.rounds; round += 1) {
    await withClosing(bench, async (closing) => {
      const database = await createDatabase(bench, closing);
      const drained = await drainOnce(bench, closing, await startRedis(closing), database);
      const copy = await timeCopy(database.pool);
      const [drainRate, copyRate] = [drained.seconds, copy].map((seconds) => bench.settings.drainEvents / seconds);
      bench.say(`round ${round}: drained ${Math.round(drainRate!)} events/s, COPY ${Math.round(copyRate!)} events/s`);
      rates.drain.push(drainRate!);
      rates.copy.push(copyRate!);
      rates.ingestionPeakMb = Math.max(rates.ingestionPeakMb, drained.ingestionPeakMb);
      rates.processorPeakMb = Math.max(rates.processorPeakMb, drained.processorPeakMb);
    });
  }
  return rates;
}

interface Drained {
  seconds: number;
  ingestionPeakMb: number;
  processorPeakMb: number;
}

/** Fills the queue through ingestion, then times a processor that drains it. @throws CommandError when rows are missing. */
export async function drainOnce(
  bench: Bench,
  closing: ClosingList,
  location: QueueLocation,
  database: Database,
): Promise<Drained> {
  const { drainEvents } = bench.settings;
  const queue = await openQueue(closing, eventIngest.queue, location);
  const ingestion = await startIngestion(bench, closing, queueEnvironment(location));
  bench.say(`queueing ${drainEvents.toLocaleString('en')} events`);
  await postBacklog(`${ingestion.url}/events`, makeBacklog(drainEvents, batchSize, Date.now()), 4);
  const ingestionPeakMb = ingestion.peakRssMb();
  await ingestion.stop();
  await database.pool.query('checkpoint');

  bench.say('draining');
  const timing = timeDrain(queue, deadlineSeconds);
  timing.catch(() => undefined);
  const processor = await startProcessor(bench, closing, { ...queueEnvironment(location), DATABASE_URL: database.url });
  const seconds = await Promise.race([timing, processor.crashed]);
  const processorPeakMb = processor.peakRssMb();
  await processor.stop();
  await checkRows(database.pool, drainEvents);
  return { seconds, ingestionPeakMb, processorPeakMb };
}

/** @throws CommandError unless the table has exactly `expected` events. */
export async function checkRows(pool: Pool, expected: number): Promise<void> {
  const rows = await countRows(pool);
  if (rows !== expected) throw new CommandError(`${expected} events were queued, but ${rows} are in the table.`);
}

const columns = 'site_id, timestamp, event_id, event_type, path, user_id, session_id, profile_id, referrer, properties';

/** Seconds of one COPY of all rows, in the table's order, from a file on the server: the fastest way to insert. */
async function timeCopy(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ folder: string }>(`select current_setting('data_directory') as folder`);
  const file = `'${rows[0]?.folder.replaceAll("'", "''")}/bench-rows.copy'`;
  await pool.query(`copy (select ${columns} from events) to ${file}`);
  await pool.query('truncate events');
  await pool.query('checkpoint');
  const startedAt = performance.now();
  await pool.query(`copy events (${columns}) from ${file}`);
  return (performance.now() - startedAt) / 1_000;
}

/** Against one insert per event. */
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

function* singleEvents(count: number) {
  for (const [event] of makeBacklog(count, 1, Date.now())) yield event;
}

const drainBaseline = (bench: Bench): Promise<number> =>
  withClosing(bench, async (closing) => {
    const { baselineDrainEvents } = bench.settings;
    const redis = await startRedis(closing);
    const database = await createDatabase(bench, closing);
    const queue = await openQueue(closing, baselineQueue, { ...redis, prefix: 'bull' });
    const ingestion = await startBaselineIngestion(bench, closing, { REDIS_URL: redis.url });
    await postBacklog(`${ingestion.url}/event`, singleEvents(baselineDrainEvents), 64);
    await ingestion.stop();
    await database.pool.query('checkpoint');
    const timing = timeDrain(queue, deadlineSeconds);
    timing.catch(() => undefined);
    const processor = await startBaselineProcessor(closing, { REDIS_URL: redis.url, DATABASE_URL: database.url });
    const rate = baselineDrainEvents / (await Promise.race([timing, processor.crashed]));
    await processor.stop();
    await checkRows(database.pool, baselineDrainEvents);
    bench.say(`baseline drained ${Math.round(rate)} events/s`);
    return rate;
  });

export async function measureCopy(bench: Bench): Promise<Row[]> {
  const { drain, copy } = await bench.once(measureDrainRates);
  return [ratioRow('copy: draining vs one COPY of the same rows', drain, copy, 0.5)];
}

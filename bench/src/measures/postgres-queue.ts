import { eventIngest } from '@millrace/shared/contract/jobs';
import type { QueueLocation } from '@millrace/shared/platform/config';
import { type Bench, withClosing } from '../bench.js';
import { alternateRounds } from '../load/alternate-rounds.js';
import { loadInfoRow } from '../load/load-row.js';
import { batchSize, writeBatchBodies, writeSingleBodies } from '../load/write-bodies.js';
import { infoRow, type Row } from '../row.js';
import { createDatabase, type Database } from '../sides/create-database.js';
import { queueEnvironment, startIngestion } from '../sides/start-sides.js';
import { queuePrefix } from '../sides/start-stores.js';
import { countQueuedEvents, openQueue } from '../sides/watch-queue.js';
import { drainOnce } from './drain.js';

const queueOf = ({ url }: Database): QueueLocation => ({ kind: 'postgres', url, prefix: queuePrefix });

/** The rates of `single`, `batch` and `drain` with the queue on Postgres, for information. */
export async function measurePostgresQueue(bench: Bench): Promise<Row[]> {
  return [...(await enqueue(bench)), await drain(bench)];
}

const enqueue = (bench: Bench): Promise<Row[]> =>
  withClosing(bench, async (closing) => {
    const location = queueOf(await createDatabase(bench, closing));
    const ingestion = await startIngestion(bench, closing, queueEnvironment(location));
    const queue = { queue: await openQueue(closing, eventIngest.queue, location), countEvents: countQueuedEvents };
    const single = { path: '/event', bodiesFile: writeSingleBodies(closing), connections: 64 } as const;
    const batch = { path: '/events', bodiesFile: writeBatchBodies(closing), connections: 8 } as const;
    const rounds = await alternateRounds(bench, {
      single: { ...single, server: ingestion, eventsPerRequest: 1, queue },
      batch: { ...batch, server: ingestion, eventsPerRequest: batchSize, queue },
    });
    return [
      loadInfoRow('postgres-queue: POST /event, durable, 64 connections', rounds.single),
      loadInfoRow('postgres-queue: POST /events of 1,000, durable', rounds.batch),
    ];
  });

const drain = (bench: Bench): Promise<Row> =>
  withClosing(bench, async (closing) => {
    const database = await createDatabase(bench, closing);
    const { seconds } = await drainOnce(bench, closing, queueOf(database), database);
    const events = bench.settings.drainEvents;
    return infoRow(`postgres-queue: draining ${events.toLocaleString('en')} events`, events / seconds, 'events/s');
  });

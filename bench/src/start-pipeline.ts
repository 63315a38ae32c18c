/** Turns nothing into the whole path of an event: ingestion, a queue on Redis, a processor, a database. */
import type { ClosingList } from '@millrace/dev/closing-list';
import { eventIngest } from '@millrace/shared/contract/jobs';
import type { Queue } from '@millrace/shared/queue/queue';
import type { Bench } from './bench.js';
import { createDatabase, type Database } from './sides/create-database.js';
import { openQueue } from './sides/queue-look.js';
import { queueEnvironment, type Server, startIngestion, startProcessor } from './sides/start-sides.js';
import { startRedis } from './sides/start-stores.js';

export interface Pipeline {
  database: Database;
  queue: Queue;
  ingestion: Server;
  processor: Server;
}

export async function startPipeline(bench: Bench, closing: ClosingList): Promise<Pipeline> {
  const database = await createDatabase(bench, closing);
  const redis = await startRedis(closing);
  const env = { ...queueEnvironment(redis), DATABASE_URL: database.url };
  const ingestion = await startIngestion(bench, closing, env);
  const processor = await startProcessor(bench, closing, env);
  return { database, queue: await openQueue(closing, eventIngest.queue, redis), ingestion, processor };
}

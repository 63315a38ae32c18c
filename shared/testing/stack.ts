/** A complete Millrace for one test, with real processes. */
import type { QueueLocation } from '@millrace/shared/platform/config';
import { createTestDatabase, type TestDatabase, testQueue } from './database.js';
import { eventually } from './eventually.js';
import { type SpawnedService, spawnService } from './spawn-service.js';

export interface Stack {
  ingestionUrl: string;
  reportingUrl: string;
  databaseUrl: string;
  database: TestDatabase;
  /** Environment for further services of this stack. */
  env: NodeJS.ProcessEnv;
  ingestion: SpawnedService;
  processors: SpawnedService[];
  reporting: SpawnedService;
  stop(): Promise<void>;
}

/** The variables that point a service at a queue. */
export function queueEnvironment(queue: QueueLocation): NodeJS.ProcessEnv {
  return { QUEUE_PREFIX: queue.prefix, ...(queue.kind === 'redis' && { REDIS_URL: queue.url }) };
}

export interface StackOptions {
  backend?: QueueLocation['kind'];
  processors?: number;
  /** A separate Postgres server. */
  serverUrl?: string;
  /** Variables for every service, for example a separate Redis. */
  env?: NodeJS.ProcessEnv;
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { backend = 'postgres', processors = 1, serverUrl } = options;
  const database = await createTestDatabase(serverUrl === undefined ? {} : { serverUrl });
  const env = { DATABASE_URL: database.url, ...queueEnvironment(testQueue(backend, database)), ...options.env };
  const [ingestion, reporting, ...workers] = await Promise.all([
    spawnService('ingestion', env),
    spawnService('reporting', env),
    ...Array.from({ length: processors }, () => spawnService('processor', env)),
  ]);
  await eventually(async () => (await fetch(`${ingestion.url}/health/ready`)).ok, 'ingestion is ready');
  return {
    ingestionUrl: ingestion.url,
    reportingUrl: reporting.url,
    databaseUrl: database.url,
    database,
    env,
    ingestion,
    processors: workers,
    reporting,
    async stop() {
      const running = [ingestion, reporting, ...workers].filter(
        ({ child }) => child.exitCode === null && !child.signalCode,
      );
      await Promise.all(running.map((service) => service.end()));
      await database.drop();
    },
  };
}

/** Resolves when table events has `count` rows; waits as long as their number grows. */
export function eventsStored(database: TestDatabase, count: number, timeoutMs?: number): Promise<void> {
  const enough = async () => {
    const { rows } = await database.pool.query<{ count: number }>('select count(*)::int as count from events');
    const stored = rows[0]?.count ?? 0;
    return stored >= count || stored;
  };
  return eventually(enough, `${count} events are stored`, timeoutMs);
}

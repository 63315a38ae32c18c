import { join } from 'node:path';
import type { ClosingList } from '@millrace/dev/processes/closing-list';
import { nodeOptions, services } from '@millrace/dev/start/services';
import { findFreePort } from '@millrace/dev/stores/free-port';
import { workspaceRoot } from '@millrace/dev/workspace-root';
import { eventIngest } from '@millrace/shared/contract/jobs';
import type { QueueLocation } from '@millrace/shared/platform/config';
import type { Queue } from '@millrace/shared/queue/queue';
import type { Bench } from '../bench.js';
import { createDatabase, type Database } from './create-database.js';
import { buildPreviousRelease } from './previous-release.js';
import { type Side, spawnSide } from './spawn-side.js';
import { startRedis } from './start-stores.js';
import { countQueuedEvents, openQueue } from './watch-queue.js';

/** A process that answers HTTP. */
export interface Server extends Side {
  url: string;
}

type Starter = (
  bench: Bench,
  closing: ClosingList,
  env: Record<string, string>,
  /** Workspace of another release. */
  root?: string,
) => Promise<Server>;

/** Variables that point a service at a queue. */
export function queueEnvironment(queue: QueueLocation): Record<string, string> {
  return queue.kind === 'redis'
    ? { QUEUE_PREFIX: queue.prefix, REDIS_URL: queue.url }
    : { QUEUE_PREFIX: queue.prefix, DATABASE_URL: queue.url };
}

/** The baseline checks no keys either; NODE_ENV=production would require them. */
const withoutKeys = { INGEST_AUTH: 'open', READ_AUTH: 'open' };

/** Starts a service as `npm start` does. */
const serviceStarter =
  (name: string): Starter =>
  async (bench, closing, env, root = workspaceRoot) => {
    const { folder = name, script = 'main', portVariable, ...service } = services.find((each) => each.name === name)!;
    const port = String(await findFreePort());
    const url = `http://127.0.0.1:${port}`;
    const side = await spawnSide(closing, {
      name,
      script: join(root, folder, 'dist', `${script}.js`),
      nodeOptions: nodeOptions(service, env),
      env: { [portVariable]: port, ...withoutKeys, ...service.environment, ...env },
      readyUrl: `${url}/health/ready`,
      profileFolder: bench.profileFolder && join(bench.profileFolder, folder),
    });
    return { ...side, url };
  };

export const startIngestion = serviceStarter('ingestion');
export const startProcessor = serviceStarter('processor');
export const startReporting = serviceStarter('reporting');
export const startReportingWorker = serviceStarter('reporting-worker');
export const startScheduler = serviceStarter('scheduler');

export const baselineQueue = 'baseline-events';
const baselineScript = join(workspaceRoot, 'bench', 'dist', 'baseline', 'straightforward-design.js');

const baselineStarter =
  (role: 'ingestion' | 'express'): Starter =>
  async (_bench, closing, env) => {
    const port = String(await findFreePort());
    const url = `http://127.0.0.1:${port}`;
    const side = await spawnSide(closing, {
      name: role === 'express' ? 'bare Express' : `baseline ${role}`,
      script: baselineScript,
      env: { ROLE: role, QUEUE: baselineQueue, PORT: port, ...env },
      readyUrl: `${url}/ready`,
    });
    return { ...side, url };
  };

export const startBaselineIngestion = baselineStarter('ingestion');
export const startBareExpress = baselineStarter('express');

/** It has no readiness check: it starts on its queue's jobs once it is up. */
export function startBaselineProcessor(closing: ClosingList, env: Record<string, string>): Promise<Side> {
  const name = 'baseline processor';
  return spawnSide(closing, { name, script: baselineScript, env: { ROLE: 'processor', QUEUE: baselineQueue, ...env } });
}

export interface LoadTarget {
  server: Server;
  /** Where events must be after their 200; emptied after each round. */
  queue?: { queue: Queue; countEvents(queue: Queue): Promise<number> };
}

async function startTarget(
  bench: Bench,
  closing: ClosingList,
  location: QueueLocation,
  root?: string,
): Promise<LoadTarget> {
  const server = await startIngestion(bench, closing, queueEnvironment(location), root);
  const queue = await openQueue(closing, eventIngest.queue, location);
  return { server, queue: { queue, countEvents: countQueuedEvents } };
}

/** Our ingestion and, with `--against`, that commit's; each has its own queue on the same Redis. */
export async function startIngestionSides(
  bench: Bench,
  closing: ClosingList,
  redis: QueueLocation,
): Promise<{ ours: LoadTarget; previous?: LoadTarget }> {
  const release = await bench.once(buildPreviousRelease);
  const ours = await startTarget(bench, closing, redis);
  if (!release) return { ours };
  const previous = await startTarget(bench, closing, { ...redis, prefix: `${redis.prefix}_previous` }, release.root);
  return { ours, previous: { ...previous, server: { ...previous.server, name: `ingestion of ${release.commit}` } } };
}

export interface Pipeline {
  database: Database;
  queue: Queue;
  ingestion: Server;
  processor: Server;
}

/** Ingestion, a queue on Redis, a processor and a database. */
export async function startPipeline(bench: Bench, closing: ClosingList): Promise<Pipeline> {
  const database = await createDatabase(bench, closing);
  const redis = await startRedis(closing);
  const env = { ...queueEnvironment(redis), DATABASE_URL: database.url };
  const ingestion = await startIngestion(bench, closing, env);
  const processor = await startProcessor(bench, closing, env);
  return { database, queue: await openQueue(closing, eventIngest.queue, redis), ingestion, processor };
}

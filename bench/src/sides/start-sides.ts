/** Starts the measured processes: our services, and those of the straightforward design. */
import { join } from 'node:path';
import type { ClosingList } from '@millrace/dev/closing-list';
import { findFreePort } from '@millrace/dev/free-port';
import { nodeOptions, services } from '@millrace/dev/services';
import { workspaceRoot } from '@millrace/dev/workspace-root';
import type { QueueLocation } from '@millrace/shared/platform/config';
import type { Bench } from '../bench.js';
import { type Side, spawnSide } from './spawn-side.js';

/** A side that answers HTTP. */
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

/** Variables that point one of our services at a queue. */
export function queueEnvironment(queue: QueueLocation): Record<string, string> {
  return queue.kind === 'redis'
    ? { QUEUE_PREFIX: queue.prefix, REDIS_URL: queue.url }
    : { QUEUE_PREFIX: queue.prefix, DATABASE_URL: queue.url };
}

/** The sides are as free of keys as what they are compared with: NODE_ENV=production alone would ask for one. */
const withoutKeys = { INGEST_AUTH: 'open', READ_AUTH: 'open' };

/** As `npm start` starts it. */
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

const baselineScript = (name: string) => join(workspaceRoot, 'bench', 'dist', 'baseline', `${name}.js`);

const baselineStarter =
  (script: string): Starter =>
  async (_bench, closing, env) => {
    const port = String(await findFreePort());
    const url = `http://127.0.0.1:${port}`;
    const side = await spawnSide(closing, {
      name: `baseline ${script}`,
      script: baselineScript(script),
      env: { PORT: port, ...env },
      readyUrl: `${url}/ready`,
    });
    return { ...side, url };
  };

export const startBaselineIngestion = baselineStarter('ingestion');
export const startBareExpress = baselineStarter('bare-express');

/** Nobody calls it; it begins to work when its queue lets it. */
export function startBaselineProcessor(closing: ClosingList, env: Record<string, string>): Promise<Side> {
  return spawnSide(closing, { name: 'baseline processor', script: baselineScript('processor'), env });
}

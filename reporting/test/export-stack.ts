/** Reporting with exports for tests: an app, a separate folder or bucket, and workers as processes. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyRing } from '@millrace/shared/access/key-ring';
import type { QueueLocation } from '@millrace/shared/platform/config';
import type { Pool } from '@millrace/shared/platform/postgres';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { openQueue } from '@millrace/shared/queue/queue';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { queueEnvironment } from '@millrace/shared/testing/stack';
import type { Express } from 'express';
import request from 'supertest';
import { buildApp, type ReportingApp } from '../src/app.js';
import { createDiskStore } from '../src/exports/disk-store.js';
import { createLinks } from '../src/exports/export-links.js';
import type { ExportStore, ExportStores } from '../src/exports/export-store.js';
import { addExportJob, removeExportJob } from '../src/exports/queue-exports.js';
import { createGate } from '../src/reading/gate.js';

export const storesOf = (disk: ExportStore, s3?: ExportStore): ExportStores => ({
  current: s3 ?? disk,
  of: (kind) => (kind === 's3' ? s3 : disk),
});

/** For apps in tests of other things. */
export function exportsOn(pool: Pool, more: Partial<ReportingApp['exports']> = {}): ReportingApp['exports'] {
  return {
    stores: storesOf(createDiskStore(join(tmpdir(), 'millrace-no-exports'))),
    links: createLinks(pool, 'a secret of tests, long enough for it'),
    quotaBytes: 1e9,
    addJob: async () => {},
    removeJob: async () => {},
    streams: createGate({ maxConcurrent: 4, maxWaiting: 20, maxWaitMs: 10_000 }),
    ...more,
  };
}

export interface StackOptions {
  backend?: QueueLocation['kind'];
  serverUrl?: string;
  /** Of the worker. */
  env?: NodeJS.ProcessEnv;
  keys?: (pool: Pool) => KeyRing;
  exports?: Partial<ReportingApp['exports']>;
  isTrustedProxy?: ReportingApp['isTrustedProxy'];
}

export type ExportStack = Awaited<ReturnType<typeof startExportStack>>;

/** Starts without a worker; {@link ExportStack.startWorker} starts one. */
export async function startExportStack(options: StackOptions = {}) {
  const { backend = 'postgres', serverUrl } = options;
  const database: TestDatabase = await createTestDatabase(serverUrl === undefined ? {} : { serverUrl });
  const dir = await mkdtemp(join(tmpdir(), 'millrace-exports-'));
  const location = testQueue(backend, database);
  const handle = openQueue('data-export', location, silent);
  await handle.queue.waitUntilReady();
  const workers: SpawnedService[] = [];
  const service = { logger: silent, isClosing: () => false, health: {} };
  const gate = createGate({ maxConcurrent: 2, maxWaiting: 20, maxWaitMs: 10_000 });
  const { pool } = database;
  const keys = options.keys?.(pool);
  const { isTrustedProxy } = options;
  const access = { ...(keys && { keys }), ...(isTrustedProxy && { isTrustedProxy }) };
  const stores = storesOf(createDiskStore(dir));
  const jobs = {
    addJob: (id: string) => addExportJob(handle.queue, id),
    removeJob: (id: string) => removeExportJob(handle.queue, id),
  };
  const exports = exportsOn(pool, { stores, ...jobs, ...options.exports });
  const appWith = (more: Partial<ReportingApp['exports']> = {}): Express =>
    buildApp({
      ...service,
      telemetry: createTelemetry(),
      ...access,
      pool,
      writePool: pool,
      gate,
      exports: { ...exports, ...more },
    });
  const app = appWith();
  const env = { DATABASE_URL: database.url, EXPORT_DIR: dir, ...queueEnvironment(location), ...options.env };

  async function startWorker(more: NodeJS.ProcessEnv = {}): Promise<SpawnedService> {
    const worker = await spawnService('reporting', { ...env, ...more }, [], 'worker');
    workers.push(worker);
    return worker;
  }

  async function rowOf(id: string): Promise<Record<string, unknown>> {
    return (await pool.query('select * from exports where id = $1', [id])).rows[0] as Record<string, unknown>;
  }

  return {
    database,
    app,
    /** The same with other settings. */
    appWith,
    dir,
    env,
    queue: handle,
    startWorker,
    rowOf,
    /** Adds `count` events of a site on 2026-06-01, a second apart, with properties of `bytes`. */
    async addEvents(siteId: string, count: number, bytes = 10): Promise<void> {
      await pool.query('insert into sites (site_id) values ($1) on conflict do nothing', [siteId]);
      await pool.query(
        `insert into events (site_id, timestamp, event_id, event_type, path, user_id, properties)
        select $1, timestamptz '2026-06-01 00:00:00Z' + n * interval '1 second' / 20, lpad(to_hex(n), 32, '0')::uuid,
          'view', '/p' || n, 'u' || n % 7, jsonb_build_object('n', n, 'pad', repeat('x', $3))
        from generate_series(1, $2::int) as n`,
        [siteId, count, bytes],
      );
    },
    post: (body: object) => request(app).post('/api/v1/exports').send(body),
    /** Creates an export, by default of June's events of a site as CSV; resolves with it. */
    async ask(body: object = {}): Promise<{ id: string }> {
      const params = { site_id: 'shop', date_range: ['2026-06-01', '2026-06-01'] };
      const answer = await request(app)
        .post('/api/v1/exports')
        .send({ dataset: 'events', params, format: 'csv', ...body });
      if (answer.status !== 202) throw new Error(`${answer.status} ${answer.text}`);
      return answer.body;
    },
    /** Resolves with the export once it has that status. */
    async reached(id: string, status: string): Promise<Record<string, unknown>> {
      let body: Record<string, unknown> = {};
      await eventually(async () => {
        body = (await request(app).get(`/api/v1/exports/${id}`)).body;
        return body.status === status || Number(body.rows ?? 0);
      }, `export ${id} is ${status}`);
      return body;
    },
    /** Stops all workers that are still running. */
    async endWorkers(): Promise<void> {
      for (const { child } of workers) child.kill('SIGCONT');
      const running = workers.filter(({ child }) => child.exitCode === null && !child.signalCode);
      await Promise.all(running.map((worker) => worker.end('SIGKILL')));
    },
    files: async () => (await readdir(dir)).sort(),
    async stop(): Promise<void> {
      await Promise.all(
        workers.filter(({ child }) => child.exitCode === null && !child.signalCode).map((worker) => worker.end()),
      );
      await keys?.close();
      await handle.close();
      await database.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export const addJune = (database: TestDatabase) => addPartition(database.pool, '2026-05-01', '2026-07-01');

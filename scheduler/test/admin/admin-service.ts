/** Serves the admin pages over HTTP for a test, with a key of each scope. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createKey, type Scope } from '@millrace/shared/access/keys';
import type { QueueLocation } from '@millrace/shared/platform/config';
import { buildServiceApp } from '@millrace/shared/platform/http';
import type { Pool } from '@millrace/shared/platform/postgres';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { createWorker } from '@millrace/shared/queue/queue';
import { createTestDatabase, silent, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { openQueues, type Queues } from '../../src/open-queues.js';
import { adminRoutes } from '../../src/routes/admin-route.js';

export interface AdminService {
  url: string;
  database: TestDatabase;
  location: QueueLocation;
  queues: Queues;
  /** Ids and texts of keys. */
  keys: Record<'admin' | 'reader' | 'ofSite', { id: string; key: string }>;
  stop(): Promise<void>;
}

async function createKeys(pool: Pool): Promise<AdminService['keys']> {
  const create = (name: string, scopes: Scope[], siteId: string | null = null) =>
    createKey(pool, { name, scopes, siteId });
  return {
    admin: await create('Ada', ['admin']),
    reader: await create('Rosa', ['read']),
    ofSite: await create('Sid', ['admin'], 'demo'),
  };
}

export interface AdminServiceOptions {
  backend?: QueueLocation['kind'];
  clock?: () => Date;
  /** Replaces the queues of the service. */
  replaceQueues?: (queues: Queues) => Queues;
}

export async function startAdminService(options: AdminServiceOptions = {}): Promise<AdminService> {
  const { backend = 'postgres', clock, replaceQueues = (queues) => queues } = options;
  const database = await createTestDatabase();
  const location = testQueue(backend, database);
  const opened = openQueues(location, silent);
  const ring = createKeyRing(database.pool, silent);
  const queues = replaceQueues(opened);
  const app = buildServiceApp(
    {
      logger: silent,
      telemetry: createTelemetry({ withProcessMetrics: false }),
      health: {},
      isClosing: () => false,
      refusalEnvelope: { success: false },
    },
    (service) =>
      service.use(adminRoutes({ pool: database.pool, queues, keys: ring, logger: silent, ...(clock && { clock }) })),
  );
  const server: Server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    database,
    location,
    queues,
    keys: await createKeys(database.pool),
    async stop() {
      server.closeAllConnections();
      server.close();
      if (backend === 'redis')
        await Promise.all(queues.names.map((name) => queues.get(name)!.obliterate({ force: true })));
      await opened.close();
      await ring.close();
      await database.drop();
    },
  };
}

/** Adds a job of queue cleanup, and resolves when it has failed permanently. */
export async function addFailedJob({ queues, location }: AdminService, jobId: string): Promise<void> {
  await queues.get('cleanup')!.add('clean', { type: 'old_logs' }, { jobId, attempts: 1 });
  const worker = createWorker('cleanup', location, silent, async () => Promise.reject(new Error('The disk is full.')), {
    concurrency: 1,
  });
  const state = async () => (await queues.get('cleanup')!.getJob(jobId))?.getState();
  await eventually(async () => (await state()) === 'failed', 'the job fails');
  await worker.close();
}

/** Rows of the audit log, oldest first. */
export async function auditRows({ database }: AdminService): Promise<object[]> {
  const { rows } = await database.pool.query<object>(
    'select key_name, action, target, details from audit_log order by id',
  );
  return rows;
}

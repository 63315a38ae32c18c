/** Serves routers of the scheduler for a test, with a key of a given scope. */
import { createKeyRing, type KeyRing } from '@millrace/shared/access/key-ring';
import { createKey, type NewKey } from '@millrace/shared/access/keys';
import { requireScope } from '@millrace/shared/access/require-scope';
import type { QueueLocation } from '@millrace/shared/platform/config';
import { buildServiceApp } from '@millrace/shared/platform/http';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { silent, type TestDatabase } from '@millrace/shared/testing/database';
import type { Router } from 'express';
import request from 'supertest';
import { openQueues, type Queues } from '../src/open-queues.js';

export interface AdminApi {
  queues: Queues;
  /** A request with the administrator's key, or with another one. */
  call(method: 'get' | 'post' | 'patch' | 'delete', path: string, key?: string): request.Test;
  newKey(given: Partial<NewKey>): Promise<string>;
  close(): Promise<void>;
}

export async function openAdminApi(
  database: TestDatabase,
  location: QueueLocation,
  routes: (deps: { pool: TestDatabase['pool']; queues: Queues }) => Router[],
): Promise<AdminApi> {
  const queues = openQueues(location, silent);
  await Promise.all(queues.handles.map(({ queue }) => queue.waitUntilReady()));
  const keys: KeyRing = createKeyRing(database.pool, silent);
  const newKey = async (given: Partial<NewKey>) =>
    (await createKey(database.pool, { name: 'tester', scopes: ['admin'], ...given })).key;
  const admin = await newKey({});
  const service = { logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false };
  const app = buildServiceApp({ ...service, refusalEnvelope: { success: false } }, (express) => {
    express.use('/api/v1', requireScope(keys, 'admin'));
    for (const router of routes({ pool: database.pool, queues })) express.use(router);
  });
  return {
    queues,
    newKey,
    call: (method, path, key = admin) => request(app)[method](path).set('authorization', `Bearer ${key}`),
    async close() {
      await queues.close();
      await keys.close();
    },
  };
}

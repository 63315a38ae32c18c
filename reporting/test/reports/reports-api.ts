/** The reporting service for tests of reports, with keys or open to anyone, and with a separate folder of files. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createKey, type NewKey } from '@millrace/shared/access/keys';
import type { Logger } from '@millrace/shared/platform/logger';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { silent, type TestDatabase } from '@millrace/shared/testing/database';
import request from 'supertest';
import { buildApp, type ReportingApp } from '../../src/app.js';
import { createDiskStore } from '../../src/exports/disk-store.js';
import type { ExportStores } from '../../src/exports/export-store.js';
import { createGate } from '../../src/reading/gate.js';
import { exportsOn, storesOf } from '../export-stack.js';

export interface ReportsApi {
  folder: string;
  stores: ExportStores;
  /** A request below `/api/v1`, with a key if one is given. */
  call(method: 'get' | 'post' | 'patch' | 'delete', path: string, key?: string): request.Test;
  newKey(given: Partial<NewKey>): Promise<string>;
  close(): Promise<void>;
}

interface Given extends Partial<ReportingApp['exports']> {
  withKeys?: boolean;
  allowPrivate?: boolean;
  clock?: () => Date;
  logger?: Logger;
}

export async function openReportsApi(
  { pool }: TestDatabase,
  { withKeys = false, allowPrivate = false, clock = () => new Date(), logger = silent, ...exports }: Given = {},
): Promise<ReportsApi> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-reports-'));
  const stores = storesOf(createDiskStore(folder));
  const service = { logger, telemetry: createTelemetry(), health: {}, isClosing: () => false };
  const gate = createGate({ maxConcurrent: 2, maxWaiting: 20, maxWaitMs: 10_000 });
  const ring = createKeyRing(pool, silent);
  const app = buildApp({
    ...service,
    pool,
    writePool: pool,
    gate,
    exports: exportsOn(pool, { stores, ...exports }),
    allowPrivate,
    clock,
    ...(withKeys && { keys: ring }),
  });
  return {
    folder,
    stores,
    call(method, path, key) {
      const sent = request(app)[method](`/api/v1${path}`);
      return key === undefined ? sent : sent.set('authorization', `Bearer ${key}`);
    },
    newKey: async (given) => (await createKey(pool, { name: 'tester', scopes: ['read'], ...given })).key,
    async close() {
      await ring.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

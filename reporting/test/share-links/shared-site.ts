/** Two sites with events from several countries, and the whole service with keys and a cache, for sharing links. */
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createKey } from '@millrace/shared/access/keys';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { buildApp } from '../../src/app.js';
import { createAnswerCache } from '../../src/cache/answer-cache.js';
import { createTableStore } from '../../src/cache/table-store.js';
import { createGate } from '../../src/reading/gate.js';
import { createPasswords } from '../../src/share-links/passwords.js';
import { exportsOn } from '../export-stack.js';

export interface SharedSite {
  app: Express;
  database: TestDatabase;
  /** Keys: for all sites, and with scope admin for one of them. */
  keys: Record<'admin' | 'reader' | 'ofOther', string>;
  /** Creates a link to site `demo` and returns its address. */
  share(fields?: object): Promise<string>;
  stop(): Promise<void>;
}

export interface SharedSiteOptions {
  now: () => Date;
  isEmbeddable?: boolean;
  publicUrl?: string;
  /** With READ_AUTH=open. */
  isOpen?: boolean;
}

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** Visits from two countries to two sites, some by bots; one event per hour. */
const events = `insert into events
  (site_id, timestamp, event_id, event_type, path, user_id, session_id, country, browser, bot, properties)
  select site, '2025-11-14T00:00:00Z'::timestamptz + n * interval '20 minutes', gen_random_uuid(),
    case when n % 5 = 0 then 'signup' else 'view' end, '/' || n % 4, site || n % 7, null,
    case when n % 3 = 0 then 'DE' else 'FR' end, 'Firefox', case when n % 11 = 0 then 'GPTBot' end,
    jsonb_build_object('price', n)
  from generate_series(1, 200) as n, unnest(array['demo', 'other']) as site`;

async function fill({ pool }: TestDatabase): Promise<void> {
  await addPartition(pool, '2025-01-01', '2026-01-01');
  await pool.query(`insert into sites (site_id, name, timezone, hostnames) values
    ('demo', 'Demo', 'Europe/Berlin', '{demo.example}'), ('other', 'Secret', 'UTC', '{}')`);
  await pool.query(events);
}

function buildService({ pool }: TestDatabase, options: SharedSiteOptions) {
  const telemetry = createTelemetry();
  const store = createTableStore(pool, 50_000_000, silent);
  const clock = options.now;
  const keys = createKeyRing(pool, silent);
  const app = buildApp({
    ...{ logger: silent, telemetry, health: {}, isClosing: () => false, pool, writePool: pool, clock },
    caching: {
      cache: createAnswerCache({ pool, store, logger: silent, telemetry, maxBytes: 10_000_000, clock }),
      isSyncDisabled: false,
      queue: () => Promise.reject(new Error('no queue')) as never,
    },
    mayBeStandby: true,
    // Any client can name the address it connects for.
    isTrustedProxy: (address) => address === '127.0.0.1',
    gate: createGate({ maxConcurrent: 4, maxWaiting: 100, maxWaitMs: 15_000 }),
    exports: exportsOn(pool, { publicUrl: options.publicUrl ?? 'https://stats.example/' }),
    sharing: {
      linkSecret: 'a secret of tests, long enough for it',
      isEmbeddable: options.isEmbeddable ?? false,
      // Low cost, since these tests are not about passwords.
      passwords: createPasswords({ log2N: 4, r: 8, p: 1 }),
    },
    ...(!options.isOpen && { keys }),
  });
  return { app, keys };
}

export async function startSharedSite(options: SharedSiteOptions): Promise<SharedSite> {
  const database = await createTestDatabase();
  await fill(database);
  const { app, keys } = buildService(database, options);
  const create = async (name: string, scopes: ('read' | 'admin')[], siteId: string | null = null) =>
    (await createKey(database.pool, { name, scopes, siteId })).key;
  const texts = {
    admin: await create('Ada', ['admin']),
    reader: await create('Rosa', ['read']),
    ofOther: await create('Olga', ['admin'], 'other'),
  };
  return {
    ...{ app, database, keys: texts },
    async share(fields = {}) {
      const { body } = await request(app)
        .post('/api/v1/sites/demo/share-links')
        .set(bearer(texts.admin))
        .send(fields)
        .expect(201);
      return body.path;
    },
    async stop() {
      await keys.close();
      await database.drop();
    },
  };
}

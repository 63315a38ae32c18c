/** Reporting on a port, with a clock that the test controls, for tests of live streams. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KeyRing } from '@millrace/shared/access/key-ring';
import { createHttpServer } from '@millrace/shared/platform/http';
import type { Pool } from '@millrace/shared/platform/postgres';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { type Listening, listen } from '@millrace/shared/testing/event-stream';
import { eventually } from '@millrace/shared/testing/eventually';
import { buildApp } from '../src/app.js';
import { createLive, type Live, type LiveDependencies } from '../src/live/live.js';
import { createGate } from '../src/reading/gate.js';
import { createSegmentEngine } from '../src/segments/segment-engine.js';
import { exportsOn } from './export-stack.js';
import type { StoredEvent } from './random-events.js';

type TestEvent = { [Field in keyof StoredEvent]?: StoredEvent[Field] | null | undefined };

export interface LiveSite {
  database: TestDatabase;
  live: Live;
  server: Server;
  url: string;
  /** Sets the clock. */
  setClock(time: string): void;
  /** Stores events at instants of 14 November 2025. */
  store(siteId: string, ...events: TestEvent[]): Promise<void>;
  listen(path: string, headers?: Record<string, string>): Promise<Listening>;
  /** How often something has been computed so far. */
  computations(): Promise<number>;
  /** Resolves after that many more computations. */
  computedAgain(times: number): Promise<void>;
  listeners(): Promise<number>;
  stop(): Promise<void>;
}

export interface LiveSiteOptions extends Pick<LiveDependencies, 'limits' | 'times'> {
  keys?: (pool: Pool) => KeyRing;
  withoutEngine?: boolean;
  checkAccessMs?: number;
}

/** Streams are computed as often as possible, so that tests need not wait. */
export async function startLiveSite(options: LiveSiteOptions = {}): Promise<LiveSite> {
  const database = await createTestDatabase();
  const { pool } = database;
  await addPartition(pool, '2025-11-01', '2025-12-01');
  let now = new Date('2025-11-14T10:00:30Z');
  const clock = () => now;
  const gate = createGate({ maxConcurrent: 2, maxWaiting: 20, maxWaitMs: 10_000 });
  const telemetry = createTelemetry();
  const engine = options.withoutEngine ? undefined : createSegmentEngine({ threads: 1, cacheMb: 16 }, silent);
  const keys = options.keys?.(pool);
  const { limits } = options;
  const times = { everyMs: 10, ...options.times };
  const service = { logger: silent, telemetry, clock, pool, gate, engine };
  const live = createLive({ ...service, times, ...(limits && { limits }) });
  const { checkAccessMs } = options;
  const access = { ...(keys && { keys }), ...(checkAccessMs && { checkAccessMs }) };
  const app = buildApp({
    ...service,
    ...access,
    ...{ live, health: {}, isClosing: () => false, writePool: pool, exports: exportsOn(pool) },
  });
  const server = createHttpServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const figure = async (name: string) =>
    Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await telemetry.registry.metrics())![1]);
  const computations = () => figure('millrace_live_computations_total');
  return {
    ...{ database, live, server, url, computations },
    setClock: (time) => {
      now = new Date(time);
    },
    async store(siteId, ...events) {
      for (const { timestamp = now, event_type = 'view', path = '/', user_id = null, ...more } of events) {
        const { country = null, browser = null, source = null, bot = null, properties = null } = more;
        await pool.query(
          `insert into events (site_id, timestamp, event_id, event_type, path, user_id, session_id, country, browser, source, bot, properties)
          values ($1, $2, gen_random_uuid(), $3, $4, $5, 'session of ' || $5, $6, $7, $8, $9, $10)`,
          [siteId, timestamp, event_type, path, user_id, country, browser, source, bot, properties],
        );
      }
    },
    listen: (path, headers) => listen(url + path, headers),
    async computedAgain(times) {
      const before = await computations();
      await eventually(async () => (await computations()) >= before + times, `computed ${times} times more`);
    },
    listeners: () => figure('millrace_live_listeners'),
    async stop() {
      await live.close();
      server.closeAllConnections();
      server.close();
      await engine?.pool.close();
      await database.drop();
    },
  };
}

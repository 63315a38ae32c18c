/** A site with events at random, rolled by the processor's own code, and an engine that counts from its segments. */
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import type { Random } from '@millrace/shared/testing/create-random';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { randomEvents } from './random-events.js';

export interface SegmentSite {
  database: TestDatabase;
  engine: SegmentEngine;
  /** Stores events at random before {@link siteNow}. */
  store(count: number): Promise<unknown>;
  roll(): Promise<unknown>;
  stop(): Promise<void>;
}

export const siteNow = new Date('2026-11-10T12:07:00Z');

/** Of the site's own hostnames and longest pause of a visit. */
export async function startSegmentSite(
  random: Random,
  { hostnames = [], sessionMinutes = 30 }: { hostnames?: string[]; sessionMinutes?: number } = {},
): Promise<SegmentSite> {
  const database = await createTestDatabase();
  const { pool } = database;
  await ensureMonths(pool, ['2026-09', '2026-10', '2026-11']);
  await pool.query(`insert into sites (site_id, hostnames, session_minutes) values ('demo', $1, $2)`, [
    hostnames,
    sessionMinutes,
  ]);
  const engine = createSegmentEngine({ threads: 2, cacheMb: 8 }, silent);
  return {
    database,
    engine,
    store: (count) => insertEvents(pool, JSON.stringify(randomEvents(random, count, siteNow))),
    roll: () => rollSite(pool, 'demo', { now: siteNow }),
    async stop() {
      await engine.pool.close();
      await database.drop();
    },
  };
}

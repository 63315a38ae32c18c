/** A site rolled by the processor's own code, and an engine that counts from its segments. */
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import {
  createSegmentEngine,
  type EngineSettings,
  type SegmentEngine,
} from '@millrace/reporting/segments/segment-engine';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';

export interface SegmentSite {
  database: TestDatabase;
  engine: SegmentEngine;
  siteId: string;
  stop(): Promise<void>;
}

export interface SiteSettings {
  /** When its first event is stored. */
  start: Date;
  hostnames: string[];
  sessionMinutes: number;
  timezone: string;
  engine: EngineSettings;
}

/** Months (`YYYY-MM`) from two before an instant to four after it. */
const monthsAround = (time: Date): string[] =>
  [-2, -1, 0, 1, 2, 3, 4].map((ahead) =>
    new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + ahead)).toISOString().slice(0, 7),
  );

export async function startSegmentSite({ start, engine: settings, ...site }: SiteSettings): Promise<SegmentSite> {
  const database = await createTestDatabase();
  await ensureMonths(database.pool, monthsAround(start));
  await database.pool.query(
    `insert into sites (site_id, hostnames, session_minutes, timezone) values ('demo', $1, $2, $3)`,
    [site.hostnames, site.sessionMinutes, site.timezone],
  );
  const engine = createSegmentEngine(settings, silent);
  return {
    ...{ database, engine, siteId: 'demo' },
    async stop() {
      await engine.pool.close();
      await database.drop();
    },
  };
}

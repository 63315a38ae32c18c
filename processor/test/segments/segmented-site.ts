/** A test site with several months of rolled events. */
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { ensureMonths } from '../../src/events/ensure-partitions.js';
import { insertEvents } from '../../src/events/insert-events.js';
import { type RollOptions, rollSite } from '../../src/rollups/roll-site.js';
import { expectExactSegments, verifySegments } from './check-segments.js';

export const siteId = 'demo';
export const now = new Date('2026-11-10T12:07:00Z');
export const closedBefore = new Date('2026-11-10T12:00:00Z');

let nextId = 1;

export function event(timestamp: string, fields: object = {}) {
  const event_id = `0190a5b0-7c3d-7000-8000-${String(nextId++).padStart(12, '0')}`;
  return { site_id: siteId, timestamp, event_id, event_type: 'view', path: '/', ...fields };
}

/** Events of 13 users over some days before `now`, with properties. */
export function history(count: number, days = 70) {
  return Array.from({ length: count }, (_, index) =>
    event(new Date(now.getTime() - ((index * 7_919_317) % (days * 86_400)) * 1_000 - 3_600_000).toISOString(), {
      path: `/page/${index % 7}`,
      ...(index % 4 > 0 && {
        user_id: `user-${index % 13}`,
        properties: { owner: `secret of user-${index % 13}`, size: index % 5 },
      }),
      ...(index % 3 > 0 && { session_id: `session-${index % 29}` }),
    }),
  );
}

export async function createSegmentedSite(events: object[]) {
  const database: TestDatabase = await createTestDatabase();
  const { pool } = database;
  await ensureMonths(pool, ['2026-08', '2026-09', '2026-10', '2026-11']);
  const store = (added: object[]) => insertEvents(pool, JSON.stringify(added));
  const roll = (options: Partial<RollOptions> = {}) => rollSite(pool, siteId, { now, ...options });
  await store(events);
  await roll();
  return {
    ...{ pool, store, roll, drop: () => database.drop() },
    sql: async (text: string, values: unknown[] = []) => (await pool.query(text, values)).rows,
    expectExact: () => expectExactSegments(pool, siteId, closedBefore),
    async verify(from?: string, to?: string) {
      const { code, stdout } = await verifySegments(database.url, siteId, from, to);
      return { code, differences: stdout.split('\n').filter((line) => line.startsWith('segments ')) };
    },
  };
}

export type SegmentedSite = Awaited<ReturnType<typeof createSegmentedSite>>;

export const noDifference = { code: 0, differences: [] };

/** Sites whose rollups are missing, complete, stale and partial. */

import type { Pool } from '@millrace/shared/platform/postgres';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { randomEvents, type StoredEvent, storeEvents } from './random-events.js';
import { markIntervals, storeRollups } from './stored-rollups.js';

const day = 86_400_000;

/** Clocks go forward by half an hour in Lord Howe on 4 October 2025, and back by an hour in New York on 2 November. */
export const first = new Date('2025-09-27T00:00:00Z');
export const last = new Date('2025-11-08T00:00:00Z');

/** Stores the rollups of `rolled`, then `late` events that are only marked. */
async function addSite(pool: Pool, siteId: string, timezone: string, rolled: StoredEvent[], late: StoredEvent[]) {
  const options = { siteId, timezone, daysBefore: '2025-11-06' };
  await storeEvents(pool, siteId, [...rolled, ...late]);
  await storeRollups(pool, rolled, options);
  await markIntervals(pool, siteId, late);
  return [...rolled, ...late];
}

/** The state after a roll has written intervals but not days: marked days, whose rollups are invalid. */
async function markDays(pool: Pool, siteId: string, days: string[]): Promise<void> {
  await pool.query('insert into rollup_day_marks select $1, unnest($2::date[])', [siteId, days]);
  await pool.query(
    `update rollup_days set events = events + 1000, visitor_count = 0 where site_id = $1 and day = any($2)`,
    [siteId, days],
  );
}

/** Events by site. */
export async function addSites(pool: Pool): Promise<Map<string, StoredEvent[]>> {
  await addPartition(pool, '2025-01-01', '2026-01-01');
  const all = (seed: number) => randomEvents(seed, 900, first, last.getTime() - first.getTime());
  const newcomers = randomEvents(3, 60, new Date('2025-10-20T00:00:00Z'), 17 * day).map((event, index) => ({
    ...event,
    user_id: index % 3 === 0 ? event.user_id : `new-${index % 7}`,
  }));
  const absent = all(1);
  await storeEvents(pool, 'absent', absent);
  const isOld = (event: StoredEvent) => event.timestamp < new Date('2025-11-05T00:00:00Z');
  const [old, open] = [all(5).filter(isOld), all(5).filter((event) => !isOld(event))];
  const sites = new Map([
    ['absent', absent],
    ['complete', await addSite(pool, 'complete', 'Australia/Lord_Howe', all(2), [])],
    ['stale', await addSite(pool, 'stale', 'America/New_York', all(4), newcomers)],
    ['partial', await addSite(pool, 'partial', 'UTC', old, open)],
  ]);
  await markDays(pool, 'stale', ['2025-10-02', '2025-10-03', '2025-11-01']);
  await markDays(pool, 'partial', ['2025-10-31']);
  return sites;
}

/** Formats stored rollups and their events as comparable lines. */
import { createVisitorSet } from '@millrace/shared/bitmap/bitmap';
import type { Pool } from '@millrace/shared/platform/postgres';
import { dayOf } from '@millrace/shared/time/zone-days';

export interface TestEvent {
  site_id: string;
  timestamp: string;
  event_id: string;
  event_type: string;
  path: string;
  user_id?: string;
  profile_id?: string;
  referrer?: string;
}

const quarterOf = (timestamp: string) => {
  const ms = new Date(timestamp).getTime();
  return new Date(ms - (ms % 900_000)).toISOString();
};

/** One line per group: `bucket type: events user user ...`, without a type for all types together. */
function linesOf(events: TestEvent[], bucketOf: (event: TestEvent) => string) {
  const groups = new Map<string, { events: number; users: Set<string> }>();
  for (const event of events) {
    for (const type of [event.event_type, '']) {
      const key = `${bucketOf(event)} ${type}`;
      const group = groups.get(key) ?? { events: 0, users: new Set() };
      group.events += 1;
      if (event.user_id) group.users.add(event.user_id);
      groups.set(key, group);
    }
  }
  return [...groups].map(([key, group]) => `${key}: ${group.events} ${[...group.users].sort().join(' ')}`).sort();
}

/** The expected rows of rollup_15m. */
export const expectedIntervals = (events: TestEvent[]) => linesOf(events, (event) => quarterOf(event.timestamp));

/** The expected rows of rollup_days for a site in `zone`, for the days before `today`. */
export const expectedDays = (events: TestEvent[], zone: string, today: string) =>
  linesOf(
    events.filter((event) => dayOf(new Date(event.timestamp), zone) < today),
    (event) => dayOf(new Date(event.timestamp), zone),
  );

async function storedLines(pool: Pool, siteId: string, select: string): Promise<string[]> {
  const { rows: visitors } = await pool.query('select visitor_no, user_id from visitors where site_id = $1', [siteId]);
  const { rows } = await pool.query(select, [siteId]);
  return rows
    .map(({ bucket, event_type, events, visitor_count, visitors: bitmap }) => {
      const users = visitors.filter(({ visitor_no }) => holds(bitmap, visitor_no)).map(({ user_id }) => user_id);
      if (users.length !== visitor_count) throw new Error(`visitor_count is ${visitor_count}, not ${users.length}`);
      return `${bucket} ${event_type}: ${events} ${users.sort().join(' ')}`;
    })
    .sort();
}

function holds(bitmap: Buffer, number: number): boolean {
  const [set, one] = [createVisitorSet(), createVisitorSet()];
  set.addBitmap(bitmap);
  one.addNumbers(Uint32Array.of(number));
  const size = set.intersectionSize(one);
  set.dispose();
  one.dispose();
  return size === 1;
}

export const storedIntervals = async (pool: Pool, siteId: string) =>
  storedLines(
    pool,
    siteId,
    `select to_char(interval_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"') as bucket, * from rollup_15m where site_id = $1`,
  );

export const storedDays = async (pool: Pool, siteId: string) =>
  storedLines(pool, siteId, 'select day::text as bucket, * from rollup_days where site_id = $1');

/** Turns stored rollups, and the events that they should come from, into the same comparable lines. */
import { createVisitorSet } from '@millrace/shared/bitmap';
import type { Pool } from '@millrace/shared/postgres';
import { dayOf } from '@millrace/shared/zone-days';

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

/** Plainly, for the referrers that these tests use. */
const hostOf = (referrer?: string) => (referrer ? new URL(referrer).hostname : 'direct');

function groupsOf(event: TestEvent): [string, string, string][] {
  return [
    ['all', event.event_type, ''],
    ['all', '', ''],
    ['path', event.event_type, event.path],
    ['referrer', event.event_type, hostOf(event.referrer)],
    ['profile', event.event_type, event.profile_id ?? ''],
  ];
}

/** One line per group: `bucket dimension type value: events user user ...`. */
function linesOf(
  events: TestEvent[],
  bucketOf: (event: TestEvent) => string,
  dimensionsOf: (event: TestEvent) => string[],
) {
  const groups = new Map<string, { events: number; users: Set<string> }>();
  for (const event of events) {
    for (const [dimension, type, value] of groupsOf(event)) {
      if (!dimensionsOf(event).includes(dimension)) continue;
      const key = `${bucketOf(event)} ${dimension} ${type} ${value}`;
      const group = groups.get(key) ?? { events: 0, users: new Set() };
      group.events += 1;
      if (event.user_id) group.users.add(event.user_id);
      groups.set(key, group);
    }
  }
  return [...groups].map(([key, group]) => `${key}: ${group.events} ${[...group.users].sort().join(' ')}`).sort();
}

const everything = ['all', 'path', 'referrer', 'profile'];

/** What rollup_15m should hold of `events`: all dimensions from `detailSince` on. */
export const expectedIntervals = (events: TestEvent[], detailSince: string) =>
  linesOf(
    events,
    (event) => quarterOf(event.timestamp),
    (event) => (quarterOf(event.timestamp) >= new Date(detailSince).toISOString() ? everything : ['all']),
  );

/** What rollup_days should hold of `events` for a site in `zone`, for the days before `today`. */
export const expectedDays = (events: TestEvent[], zone: string, today: string) =>
  linesOf(
    events.filter((event) => dayOf(new Date(event.timestamp), zone) < today),
    (event) => dayOf(new Date(event.timestamp), zone),
    () => everything,
  );

async function storedLines(pool: Pool, siteId: string, select: string): Promise<string[]> {
  const { rows: visitors } = await pool.query('select visitor_no, user_id from visitors where site_id = $1', [siteId]);
  const { rows } = await pool.query(select, [siteId]);
  return rows
    .map(({ bucket, dimension, event_type, value, events, visitor_count, visitors: bitmap }) => {
      const users = visitors.filter(({ visitor_no }) => holds(bitmap, visitor_no)).map(({ user_id }) => user_id);
      if (users.length !== visitor_count) throw new Error(`visitor_count is ${visitor_count}, not ${users.length}`);
      return `${bucket} ${dimension} ${event_type} ${value}: ${events} ${users.sort().join(' ')}`;
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

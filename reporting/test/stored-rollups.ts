/** Stores the rollups that a roll would have written for some events, computed in JavaScript. */
import { encodeBitmap } from '@millrace/shared/bitmap/bitmap';
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import { dayOf } from '@millrace/shared/time/zone-days';
import type { StoredEvent } from './random-events.js';

export interface RollupsOf {
  siteId: string;
  timezone: string;
  /** Days from this one on are marked instead of computed. */
  daysBefore: string;
  /** These users have no visitor number. */
  strangers?: string[];
}

const quarterMs = 900_000;

export const quarterOf = ({ timestamp }: StoredEvent): string =>
  new Date(Math.floor(timestamp.getTime() / quarterMs) * quarterMs).toISOString();

/** The rollup for all types together, and the one for the event's type. */
const typesOf = (event: StoredEvent): string[] => ['', event.event_type];

export interface RollupRow {
  bucket: string;
  event_type: string;
  events: number;
  numbers: number[];
}

function rowsOf(
  events: StoredEvent[],
  bucketOf: (event: StoredEvent) => string,
  numberOf: Map<string, number>,
): RollupRow[] {
  const rows = new Map<string, RollupRow>();
  for (const event of events) {
    const bucket = bucketOf(event);
    for (const event_type of typesOf(event)) {
      const key = JSON.stringify([bucket, event_type]);
      const row = rows.get(key) ?? { bucket, event_type, events: 0, numbers: [] };
      rows.set(key, row);
      row.events += 1;
      const number = event.user_id === null ? undefined : numberOf.get(event.user_id);
      if (number !== undefined) row.numbers.push(number);
    }
  }
  return [...rows.values()];
}

export async function insertRows(
  pool: Pool | PoolClient,
  table: string,
  column: string,
  siteId: string,
  rows: RollupRow[],
): Promise<void> {
  const json = rows.map(({ numbers, ...row }) => {
    const { bitmap, size } = encodeBitmap(Uint32Array.from(numbers));
    return { ...row, visitor_count: size, visitors: `\\x${bitmap.toString('hex')}` };
  });
  await pool.query(
    `insert into ${table} (site_id, ${column}, dimension, event_type, value, events, visitor_count, visitors)
     select $1, bucket, 'all', event_type, '', events, visitor_count, visitors
     from jsonb_to_recordset($2::jsonb) as row(bucket ${column === 'day' ? 'date' : 'timestamptz'}, event_type text, events int,
       visitor_count int, visitors bytea)`,
    [siteId, JSON.stringify(json)],
  );
}

/** Assigns visitor numbers far enough apart that bitmaps have several containers. */
async function numberUsers(pool: Pool, siteId: string, events: StoredEvent[], strangers: string[]) {
  const users = [...new Set(events.flatMap(({ user_id }) => user_id ?? []))].filter(
    (user) => !strangers.includes(user),
  );
  const numberOf = new Map(users.map((user, index) => [user, 1 + index * 30_000]));
  await pool.query('insert into visitors select $1, user_id, no from unnest($2::text[], $3::int[]) as u(user_id, no)', [
    siteId,
    [...numberOf.keys()],
    [...numberOf.values()],
  ]);
  return { numberOf, last: Math.max(0, ...numberOf.values()) };
}

/** Writes visitor numbers, intervals, days and the state, but no marks. */
export async function storeRollups(pool: Pool, events: StoredEvent[], options: RollupsOf): Promise<void> {
  const { siteId, timezone, daysBefore, strangers = [] } = options;
  const { numberOf, last } = await numberUsers(pool, siteId, events, strangers);
  const ofDays = rowsOf(events, ({ timestamp }) => dayOf(timestamp, timezone), numberOf);
  const computed = ofDays.filter(({ bucket }) => bucket < daysBefore);
  const open = [...new Set(ofDays.map(({ bucket }) => bucket))].filter((bucket) => bucket >= daysBefore);
  await pool.query('insert into rollup_day_marks select $1, unnest($2::date[])', [siteId, open]);
  await insertRows(pool, 'rollup_days', 'day', siteId, computed);
  await insertRows(pool, 'rollup_15m', 'interval_start', siteId, rowsOf(events, quarterOf, numberOf));
  await pool.query('insert into sites (site_id) values ($1) on conflict do nothing', [siteId]);
  await pool.query(
    `insert into site_rollups (site_id, timezone, detail_since, last_visitor_no) values ($1, $2, '2000-01-01Z', $3)`,
    [siteId, timezone, last],
  );
}

/** Marks the intervals of some events, as inserting them would. */
export async function markIntervals(pool: Pool, siteId: string, events: StoredEvent[]): Promise<void> {
  await pool.query('insert into rollup_marks select $1, unnest($2::timestamptz[])', [siteId, events.map(quarterOf)]);
}

import type { PoolClient } from '@millrace/shared/platform/postgres';

/** `bucket` is the start of an interval, or a day, as text for Postgres. */
export interface RollupRow {
  bucket: string;
  event_type: string;
  events: number;
  visitor_count: number;
  visitors: Buffer;
}

/** Only earlier releases wrote other dimensions and values. */
const insertInto = (table: string, column: string, type: string) => `/* processor.writeRollups */
insert into ${table} (site_id, ${column}, dimension, event_type, value, events, visitor_count, visitors)
select $1, b, 'all', t, '', e, c, s from json_to_recordset($2::json) as r(b ${type}, t text, e int, c int, s bytea)`;

const inserts = {
  rollup_15m: insertInto('rollup_15m', 'interval_start', 'timestamptz'),
  rollup_days: insertInto('rollup_days', 'day', 'date'),
};

export type RollupTable = keyof typeof inserts;

const toJson = (row: RollupRow) => ({
  b: row.bucket,
  t: row.event_type,
  e: row.events,
  c: row.visitor_count,
  s: `\\x${row.visitors.toString('hex')}`,
});

const rowsAtOnce = 4_000;

export async function writeRollups(
  client: PoolClient,
  siteId: string,
  table: RollupTable,
  rows: RollupRow[],
): Promise<void> {
  for (let first = 0; first < rows.length; first += rowsAtOnce) {
    const json = JSON.stringify(rows.slice(first, first + rowsAtOnce).map(toJson));
    await client.query(inserts[table], [siteId, json]);
  }
}

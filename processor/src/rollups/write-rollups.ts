/** Turns the rows of a grouping statement into rows of a rollup table, a few thousand at a time, so that memory stays flat. */
import type { PoolClient } from '@millrace/shared/postgres';

/** A row to be written; `bucket` is the start of an interval or a day, as Postgres writes it. */
export interface RollupRow {
  bucket: string;
  dimension: string;
  event_type: string;
  value: string;
  events: number;
  visitor_count: number;
  visitors: Buffer;
}

const insertInto = (table: string, column: string, type: string) => `/* processor.writeRollups */
insert into ${table} (site_id, ${column}, dimension, event_type, value, events, visitor_count, visitors)
select $1, b, d, t, v, e, c, s from json_to_recordset($2::json)
as r(b ${type}, d text, t text, v text, e int, c int, s bytea)`;

const inserts = {
  rollup_15m: insertInto('rollup_15m', 'interval_start', 'timestamptz'),
  rollup_days: insertInto('rollup_days', 'day', 'date'),
};

export type RollupTable = keyof typeof inserts;

/** Short keys, since there may be a million rows. */
const toJson = (row: RollupRow) => ({
  b: row.bucket,
  d: row.dimension,
  t: row.event_type,
  v: row.value,
  e: row.events,
  c: row.visitor_count,
  s: `\\x${row.visitors.toString('hex')}`,
});

const rowsAtOnce = 4_000;

/**
 * Runs `statement` through a cursor and writes what `toRow` makes of its rows; returns how many there were. The next rows are
 * asked for before these are encoded, so that Postgres and this process work at the same time.
 */
export async function writeRollups<Group extends object>(
  client: PoolClient,
  siteId: string,
  table: RollupTable,
  { statement, values }: { statement: string; values: unknown[] },
  toRow: (group: Group) => RollupRow,
): Promise<number> {
  await client.query(`declare groups no scroll cursor for ${statement}`, values);
  const fetch = () => client.query<Group>(`/* processor.writeRollups */ fetch ${rowsAtOnce} from groups`);
  let written = 0;
  let fetching = fetch();
  let inserting: Promise<unknown> = Promise.resolve();
  for (;;) {
    const { rows } = await fetching;
    const isLast = rows.length < rowsAtOnce;
    if (!isLast) fetching = fetch();
    // A failed insert also fails this, which nobody waits for then.
    fetching.catch(() => {});
    const json = JSON.stringify(rows.map((group) => toJson(toRow(group))));
    await inserting;
    inserting = client.query(inserts[table], [siteId, json]);
    written += rows.length;
    if (isLast) break;
  }
  await inserting;
  await client.query('/* processor.writeRollups */ close groups');
  return written;
}

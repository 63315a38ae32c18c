/** Raw events that no segment has, as parts in memory. */
import type { PoolClient } from '@millrace/shared/postgres';
import type { Numbers } from '@millrace/shared/segments/number-block';
import { inOrder, orderRows } from '@millrace/shared/segments/order-rows';
import { eventColumns } from '@millrace/shared/segments/segment-columns';
import { createSqlParameters, type SqlParameters } from '../query/sql-parameters.js';
import type { Values } from './dictionaries.js';
import type { Part } from './part.js';

export interface RawReading {
  siteId: string;
  /** Bounds in pairs, in milliseconds. */
  ranges: readonly number[];
  /** Columns with codes. */
  values: ReadonlyMap<string, Values>;
  withVisitors: boolean;
  lastVisitorNo: number;
}

export interface RawParts {
  parts: Part[];
  /** Users without a number; they have those after the last one that was given. */
  users: string[];
}

/** Values as segments have them. */
function columnSql(name: string, parameters: SqlParameters): string {
  const own = eventColumns.find((column) => column.name === name);
  return own ? own.sql : `properties ->> ${parameters.add(name.slice('property:'.length), 'text')}`;
}

const instants = (ranges: readonly number[], place: 0 | 1) =>
  ranges.filter((_, at) => at % 2 === place).map((ms) => new Date(ms).toISOString());

function rangesSql(ranges: readonly number[], parameters: SqlParameters): string {
  const [from, to] = [instants(ranges, 0), instants(ranges, 1)].map((list) => parameters.add(list, 'timestamptz[]'));
  return `unnest(${from}, ${to}) as range("from", "to")`;
}

/** How many raw events there are, counted up to `most`. */
export async function countRaw(
  client: PoolClient,
  siteId: string,
  ranges: readonly number[],
  most: number,
): Promise<number> {
  if (ranges.length === 0) return 0;
  const parameters = createSqlParameters(siteId);
  const text = `/* reporting.countRaw */
select count(*)::int as events from (
  select 1 from ${rangesSql(ranges, parameters)} cross join lateral (
    select 1 from events where site_id = ${parameters.site()} and timestamp >= range."from" and timestamp < range."to" offset 0
  ) as found limit ${parameters.add(most, 'bigint')}) as counted`;
  return (await client.query<{ events: number }>(text, parameters.values)).rows[0]!.events;
}

function statement({ siteId, ranges, values, withVisitors }: RawReading) {
  const parameters = createSqlParameters(siteId);
  const site = parameters.site();
  const columns = [...values.keys()].map((name) => columnSql(name, parameters));
  const visitors = withVisitors
    ? `left join visitors on visitors.site_id = ${site} and visitors.user_id = found.user_id collate "C"`
    : '';
  const text = `/* reporting.readRawParts */
select found.ms, ${withVisitors ? 'visitor_no, found.user_id' : 'null, null'}${columns.map((_, at) => `, c${at}`).join('')}
from ${rangesSql(ranges, parameters)} cross join lateral (
  select floor(extract(epoch from timestamp) * 1000)::float8 as ms, user_id, timestamp, event_id${columns.map((sql, at) => `, ${sql} as c${at}`).join('')}
  from events where site_id = ${site} and timestamp >= range."from" and timestamp < range."to" offset 0) as found ${visitors}
order by found.timestamp, found.event_id`;
  return { text, values: parameters.values };
}

type Row = [ms: number, visitorNo: number | null, user: string | null, ...columns: (string | null)[]];

/** A part holds milliseconds in 32 bits. */
const partMs = 40 * 86_400_000;

/** Rows of stretches of time that a part can hold, `rows` being in the order of time. */
function* stretchesOf(rows: Row[]): Generator<Row[]> {
  let first = 0;
  for (let at = 1; at <= rows.length; at += 1) {
    if (at < rows.length && rows[at]![0] - rows[first]![0] < partMs) continue;
    yield rows.slice(first, at);
    first = at;
  }
}

function toPart(rows: Row[], visitors: Uint32Array, values: RawReading['values']): Part {
  const order = orderRows([visitors]);
  const startMs = rows[0]![0];
  const columns = new Map<string, Numbers>([
    [
      'time',
      inOrder(
        rows.map(([ms]) => ms - startMs),
        order,
      ),
    ],
    ['visitor', inOrder(visitors, order)],
  ]);
  for (const [at, [name, ofColumn]] of [...values].entries()) {
    const codes = rows.map((row) => {
      const text = row[3 + at] as string | null;
      return text === null ? 0 : ofColumn.codeOf(text);
    });
    columns.set(name, inOrder(codes, order));
  }
  return { rows: rows.length, startMs, columns };
}

/** Events come in the order of time and id, and are put into that of visitors. */
export async function readRawParts(client: PoolClient, reading: RawReading): Promise<RawParts> {
  if (reading.ranges.length === 0) return { parts: [], users: [] };
  const { rows } = await client.query<Row>({ ...statement(reading), rowMode: 'array' } as never);
  const users = new Map<string, number>();
  const numberOf = (user: string): number => {
    const number = users.get(user) ?? reading.lastVisitorNo + users.size + 1;
    users.set(user, number);
    return number;
  };
  const visitorOf = ([, number, user]: Row) => number ?? (user === null ? 0 : numberOf(user));
  const parts = [...stretchesOf(rows)].map((some) => toPart(some, Uint32Array.from(some, visitorOf), reading.values));
  return { parts, users: [...users.keys()] };
}

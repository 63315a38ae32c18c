/** Raw events that no segment has, as parts in memory. */
import type { PoolClient } from '@millrace/shared/postgres';
import type { Numbers } from '@millrace/shared/segments/number-block';
import { inOrder, orderRows } from '@millrace/shared/segments/order-rows';
import { sessionId } from '@millrace/shared/segments/session-id';
import { createSqlParameters } from '../reading/sql-parameters.js';
import type { Values } from './dictionaries.js';
import type { Part } from './part.js';
import { columnSql, rangesSql } from './raw-sql.js';
import type { QuestionUsers } from './tail-codes.js';

export interface RawReading {
  siteId: string;
  /** Bounds in pairs, in milliseconds. */
  ranges: readonly number[];
  /** Columns with codes. */
  values: ReadonlyMap<string, Values>;
  withVisitors: boolean;
  /** Everything that visits are made of is needed. */
  withVisits: boolean;
  users: QuestionUsers;
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

function statement({ siteId, ranges, values, withVisitors, withVisits }: RawReading) {
  const parameters = createSqlParameters(siteId);
  const site = parameters.site();
  const columns = [...values.keys()].map((name) => columnSql(name, parameters));
  const visitors = withVisitors
    ? `left join visitors on visitors.site_id = ${site} and visitors.user_id = found.user_id collate "C"`
    : '';
  const text = `/* reporting.readRawParts */
select found.micros, ${withVisitors ? 'visitor_no, found.user_id' : 'null, null'}, ${withVisits ? 'session_id' : 'null'}${columns.map((_, at) => `, c${at}`).join('')}
from ${rangesSql(ranges, parameters)} cross join lateral (
  select (extract(epoch from timestamp) * 1000000)::float8 as micros, user_id, session_id, timestamp, event_id${columns.map((sql, at) => `, ${sql} as c${at}`).join('')}
  from events where site_id = ${site} and timestamp >= range."from" and timestamp < range."to" offset 0) as found ${visitors}
order by found.timestamp, found.event_id`;
  return { text, values: parameters.values };
}

type Row = [
  micros: number,
  visitorNo: number | null,
  user: string | null,
  session: string | null,
  ...columns: (string | null)[],
];
const firstColumn = 4;

const msOf = ([micros]: Row) => Math.floor(micros / 1_000);

/** The first instant of the UTC month after the one that an instant lies in. */
function nextMonth(ms: number): number {
  const time = new Date(ms);
  return Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1);
}

/**
 * Rows of one month each, `rows` being in the order of time. Parts count milliseconds in 32 bits, 49 days: no segment reaches over the
 * end of a month, and rows of two months would make one part of the segments that they lie among, see `inSequence`.
 */
function* byMonth(rows: Row[]): Generator<Row[]> {
  let first = 0;
  let endMs = rows[0] ? nextMonth(msOf(rows[0])) : 0;
  for (let at = 1; at < rows.length; at += 1) {
    if (msOf(rows[at]!) < endMs) continue;
    yield rows.slice(first, at);
    first = at;
    endMs = nextMonth(msOf(rows[at]!));
  }
  if (rows.length > 0) yield rows.slice(first);
}

function toPart(rows: Row[], visitors: Uint32Array, values: RawReading['values']): Part {
  const order = orderRows([visitors]);
  const startMs = msOf(rows[0]!);
  const { session, sessionIds } = numberSessions(rows);
  const ordered = (numbers: ArrayLike<number>) => inOrder(numbers, order);
  const columns = new Map<string, Numbers>([
    ['time', ordered(rows.map((row) => msOf(row) - startMs))],
    ['micros', ordered(rows.map(([instant]) => instant % 1_000))],
    ['visitor', ordered(visitors)],
    ['session', ordered(session)],
  ]);
  for (const [at, [name, ofColumn]] of [...values].entries()) {
    const codes = rows.map((row) => {
      const text = row[firstColumn + at] as string | null;
      return text === null ? 0 : ofColumn.codeOf(text);
    });
    columns.set(name, inOrder(codes, order));
  }
  return { rows: rows.length, startMs, columns, sessionIds };
}

function numberSessions(rows: Row[]): { session: number[]; sessionIds: BigUint64Array } {
  const places = new Map<string, number>();
  const session = rows.map(([, , , id]) => {
    if (id === null) return 0;
    const place = places.get(id) ?? places.size + 1;
    places.set(id, place);
    return place;
  });
  return { session, sessionIds: BigUint64Array.from(places.keys(), sessionId) };
}

/** Events come in the order of time and id, and are put into that of visitors. */
export async function readRawParts(client: PoolClient, reading: RawReading): Promise<Part[]> {
  if (reading.ranges.length === 0) return [];
  const { rows } = await client.query<Row>({ ...statement(reading), rowMode: 'array' } as never);
  const visitorOf = ([, number, user]: Row) => number ?? (user === null ? 0 : reading.users.numberOf(user));
  return [...byMonth(rows)].map((some) => toPart(some, Uint32Array.from(some, visitorOf), reading.values));
}

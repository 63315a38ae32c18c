import type { PoolClient } from '@millrace/shared/platform/postgres';
import { segmentColumns } from '@millrace/shared/segments/segment-columns';
import { createSqlParameters, type SqlParameters } from '../reading/sql-parameters.js';

/** The SQL expression of a segment column; `session` and `id` are the ids themselves. */
export function columnSql(name: string, parameters: SqlParameters): string {
  if (name === 'session') return 'session_id';
  if (name === 'id') return 'event_id';
  const own = segmentColumns.find((column) => column.name === name);
  return own ? own.sql : `properties ->> ${parameters.add(name.slice('property:'.length), 'text')}`;
}

const instants = (ranges: readonly number[], place: 0 | 1) =>
  ranges.filter((_, at) => at % 2 === place).map((ms) => new Date(ms).toISOString());

/** Table `range` with a row for each pair of bounds in milliseconds. */
export function rangesSql(ranges: readonly number[], parameters: SqlParameters): string {
  const [from, to] = [instants(ranges, 0), instants(ranges, 1)].map((list) => parameters.add(list, 'timestamptz[]'));
  return `unnest(${from}, ${to}) as range("from", "to")`;
}

export interface RawRowsRequest {
  siteId: string;
  /** Pairs of bounds in milliseconds. */
  ranges: readonly number[];
  columns: readonly string[];
  withVisitors: boolean;
  /** Includes everything that visits depend on. */
  withVisits: boolean;
  /** Maximum number of rows, in no particular order. */
  limit?: number | undefined;
}

/** Counts raw events, up to `max`. */
export async function countRawEvents(
  client: PoolClient,
  siteId: string,
  ranges: readonly number[],
  max: number,
): Promise<number> {
  if (ranges.length === 0) return 0;
  const parameters = createSqlParameters(siteId);
  const text = `/* reporting.countRawEvents */
select count(*)::int as events from (
  select 1 from ${rangesSql(ranges, parameters)} cross join lateral (
    select 1 from events where site_id = ${parameters.site()} and timestamp >= range."from" and timestamp < range."to" offset 0
  ) as found limit ${parameters.add(max, 'bigint')}) as counted`;
  return (await client.query<{ events: number }>(text, parameters.values)).rows[0]!.events;
}

function statement({ siteId, ranges, columns: names, withVisitors, withVisits, limit }: RawRowsRequest) {
  const parameters = createSqlParameters(siteId);
  const site = parameters.site();
  const columns = names.map((name) => columnSql(name, parameters));
  const visitors = withVisitors
    ? `left join visitors on visitors.site_id = ${site} and visitors.user_id = found.user_id collate "C"`
    : '';
  const text = `/* reporting.readRawParts */
select found.micros, ${withVisitors ? 'visitor_no, found.user_id' : 'null, null'}, ${withVisits ? 'session_id' : 'null'}${columns.map((_, at) => `, c${at}`).join('')}
from (select found.* from ${rangesSql(ranges, parameters)} cross join lateral (
  select (extract(epoch from timestamp) * 1000000)::float8 as micros, user_id, session_id, timestamp, event_id${columns.map((sql, at) => `, ${sql} as c${at}`).join('')}
  from events where site_id = ${site} and timestamp >= range."from" and timestamp < range."to" offset 0) as found${limit === undefined ? '' : ` limit ${parameters.add(limit, 'bigint')}`}) as found ${visitors}
order by found.timestamp, found.event_id`;
  return { text, values: parameters.values };
}

export type RawRow = [
  micros: number,
  visitorNo: number | null,
  user: string | null,
  session: string | null,
  ...columns: (string | null)[],
];
/** Index in a row of the first requested column. */
export const firstColumn = 4;

export interface RawRows {
  /** Ordered by time and id. */
  rows: RawRow[];
  columns: readonly string[];
}

export async function readRawRows(client: PoolClient, reading: RawRowsRequest): Promise<RawRows> {
  const { ranges, columns } = reading;
  if (ranges.length === 0) return { rows: [], columns };
  const { rows } = await client.query<RawRow>({ ...statement(reading), rowMode: 'array' } as never);
  return { rows, columns };
}

/** SQL of the tail: reads the raw events of whole intervals, and those that an earlier snapshot did not see. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { createSqlParameters, type SqlParameters } from '../reading/sql-parameters.js';
import { columnSql, rangesSql } from './raw-rows.js';
import type { Snapshot } from './snapshot.js';

/** All values are text. */
export type TailRow = [
  micros: string,
  txid: string,
  visitorNo: string | null,
  user: string | null,
  ...values: (string | null)[],
];

const asText = { getTypeParser: () => (value: string) => value };
const asLists = (text: string, values: unknown[] = []) => ({ text, values, rowMode: 'array', types: asText }) as never;

const eventSql = (columns: readonly string[], parameters: SqlParameters): string[] =>
  columns.map((name) => columnSql(name, parameters));

const micros = '(extract(epoch from timestamp) * 1000000)::bigint';

const rowsAtOnce = 10_000;
const fetchRows = `/* reporting.readTail */ fetch ${rowsAtOnce} from tail_rows`;

/** Reads the events of ranges, given as pairs of bounds in milliseconds, in batches of {@link rowsAtOnce}. */
export async function readIntervals(
  client: PoolClient,
  siteId: string,
  { ranges, columns }: { ranges: readonly number[]; columns: readonly string[] },
  onRows: (rows: TailRow[]) => void,
): Promise<void> {
  const parameters = createSqlParameters(siteId);
  const site = parameters.site();
  const values = eventSql(columns, parameters);
  const names = columns.map((_, at) => `c${at}`);
  const text = `/* reporting.readTail */
declare tail_rows no scroll cursor for
select micros, txid, visitor_no, found.user_id${names.map((name) => `, ${name}`).join('')}
from ${rangesSql(ranges, parameters)} cross join lateral (
  select ${micros} as micros, txid, user_id${values.map((sql, at) => `, ${sql} as ${names[at]}`).join('')}
  from events where site_id = ${site} and timestamp >= range."from" and timestamp < range."to" offset 0) as found
left join visitors on visitors.site_id = ${site} and visitors.user_id = found.user_id collate "C"`;
  await client.query(text, parameters.values);
  const fetch = () => client.query<TailRow>(asLists(fetchRows));
  let fetching = fetch();
  for (;;) {
    const { rows } = await fetching;
    const isLast = rows.length < rowsAtOnce;
    if (!isLast) fetching = fetch();
    fetching.catch(() => {}); // thrown where this is awaited
    onRows(rows);
    if (isLast) break;
  }
  await client.query('/* reporting.readTail */ close tail_rows');
}

/**
 * The index on transaction ids of each month's partition, which finds new rows. Restoring a backup creates it after the rows,
 * under a new id. There is none when rows can have transaction ids of another server: in a Citus cluster, and in a database with
 * a subscription to another.
 */
const findIndexes = `/* reporting.tailIndexes */
select month, indexrelid::text as index from unnest($1::text[]) as month
join pg_index on indrelid = to_regclass('events_' || month) join pg_class on pg_class.oid = indexrelid
join pg_am on pg_am.oid = relam where amname = 'brin' and not exists (select 1 from pg_extension where extname = 'citus')
  and not exists (select 1 from pg_subscription join pg_database on pg_database.oid = subdbid where datname = current_database())`;

export async function readIndexes(client: PoolClient, months: string[]): Promise<Map<string, string>> {
  const { rows } = await client.query<{ month: string; index: string }>(findIndexes, [months]);
  return new Map(rows.map(({ month, index }) => [month, index]));
}

/**
 * A site's events that are not visible in `since`. The conditions on site and time are kept away from the planner, which would
 * otherwise use the primary key and read all events of the interval; the partitions are named, so only the index on transaction
 * ids is left.
 */
export async function readNewRows(
  client: PoolClient,
  siteId: string,
  { months, since, columns }: { months: string[]; since: Snapshot; columns: readonly string[] },
): Promise<TailRow[]> {
  const parameters = createSqlParameters(siteId);
  const xmin = parameters.add(since.xmin, 'bigint');
  const isNew = `txid >= ${xmin} and (txid >= ${parameters.add(since.xmax, 'bigint')} or txid = any(${parameters.add(since.running.map(String), 'bigint[]')}))`;
  const partitions = months.map((month) => `(select * from events_${month} where ${isNew} offset 0)`);
  const site = parameters.site();
  const values = eventSql(columns, parameters);
  // A subquery per row: there are few rows, but the planner expects many and would join.
  const visitor = `(select visitor_no from visitors where site_id = ${site} and visitors.user_id = events.user_id collate "C")`;
  const text = `/* reporting.readNewRows */
select ${[micros, 'txid', visitor, 'user_id', ...values].join(', ')}
from (${partitions.join(' union all ')}) as events where site_id = ${site}`;
  return (await client.query<TailRow>(asLists(text, parameters.values))).rows;
}

const findNumbers = `/* reporting.tailVisitors */
select user_id as user, visitor_no as number from visitors where site_id = $1 and user_id = any($2::text[])`;

/** The visitor numbers of those users who have one. */
export async function readVisitorNumbers(
  client: PoolClient,
  siteId: string,
  users: string[],
): Promise<Map<string, number>> {
  if (users.length === 0) return new Map();
  const { rows } = await client.query<{ user: string; number: number }>(findNumbers, [siteId, users]);
  return new Map(rows.map(({ user, number }) => [user, number]));
}

/** How Postgres, ClickHouse and DuckDB say the same, over the table `events` of each. */
import { referrerHost } from '@millrace/shared/contract/referrer-host';

export type DialectName = 'postgres' | 'clickhouse' | 'duckdb';

/** Texts of SQL. Columns of the engines have the names of dimensions; in ClickHouse an empty text stands for null, and user 0 for none. */
export interface Dialect {
  name: DialectName;
  /** Of the time of an event. */
  time: string;
  user: string;
  /** Events of the same user and time are in one order everywhere. */
  order: string;
  column(dimension: string): string;
  isKnown(user: string): string;
  isNone(column: string): string;
  /** Compared byte by byte. */
  bytes(column: string): string;
  /** A count that arrives as a number. */
  count(condition?: string): string;
  countUsers(): string;
  date(timezone: string): string;
  /** `from` and `to` are instants, ISO 8601. */
  within(from: string, to: string): string;
}

export const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

const columns = new Set(['event_type', 'path', 'profile_id']);
const filtered = (condition?: string) => (condition ? ` filter (where ${condition})` : '');
const midnight = 'T00:00:00.000Z';
const plainInstant = (iso: string) => quote(iso.replace('T', ' ').replace('Z', ''));

export const postgres: Dialect = {
  name: 'postgres',
  time: 'timestamp',
  user: 'user_id',
  order: 'timestamp, event_id',
  column(dimension) {
    if (dimension === 'referrer') return referrerHost();
    return columns.has(dimension) ? dimension : `(properties ->> ${quote(dimension)})`;
  },
  isKnown: (user) => `${user} is not null`,
  isNone: (column) => `${column} is null`,
  bytes: (column) => `${column} collate "C"`,
  count: (condition) => `count(*)${filtered(condition)}::int`,
  countUsers: () => 'count(distinct user_id)::int',
  date: (timezone) => `(timestamp at time zone ${quote(timezone)})::date::text`,
  within: (from, to) => `timestamp >= ${quote(from)} and timestamp < ${quote(to)}`,
};

export const clickhouse: Dialect = {
  name: 'clickhouse',
  time: 'ts',
  user: 'user_id',
  order: 'ts, id_start',
  column: (dimension) => dimension,
  isKnown: (user) => `${user} <> 0`,
  isNone: (column) => `${column} = ''`,
  bytes: (column) => column,
  count: (condition) => (condition ? `countIf(${condition})` : 'count()'),
  countUsers: () => 'uniqExactIf(user_id, user_id <> 0)',
  date: (timezone) => (timezone === 'UTC' ? 'date' : `toDate(ts, ${quote(timezone)})`),
  within(from, to) {
    const [first, last] = [from.slice(0, 10), new Date(Date.parse(to) - 1).toISOString().slice(0, 10)];
    // The table is ordered by the date, which is all it takes where days are those of UTC.
    const dates = `date between ${quote(first)} and ${quote(last)}`;
    const areDates = from.endsWith(midnight) && to.endsWith(midnight);
    return areDates ? dates : `${dates} and ts >= ${plainInstant(from)} and ts < ${plainInstant(to)}`;
  },
};

export const duckdb: Dialect = {
  ...clickhouse,
  name: 'duckdb',
  isKnown: (user) => `${user} is not null`,
  isNone: (column) => `${column} is null`,
  // The order of an ENUM is that of its definition.
  bytes: (column) => `${column}::varchar`,
  count: (condition) => `count(*)${filtered(condition)}`,
  countUsers: () => 'count(distinct user_id)',
  date: (timezone) => `(ts${timezone === 'UTC' ? '' : ` + ${shiftOf(timezone)}`})::date::varchar`,
  within: (from, to) => `ts >= ${plainInstant(from)} and ts < ${plainInstant(to)}`,
};

/** Its time has no zone. @throws Error of a zone that is not always as far from UTC. */
function shiftOf(timezone: string): string {
  if (timezone === 'Asia/Kolkata') return "interval '330 minutes'";
  throw new Error(`The bench does not know how far ${timezone} is from UTC.`);
}

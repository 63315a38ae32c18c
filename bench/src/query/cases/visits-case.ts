/**
 * Visits: events of one user, none of them more than 30 minutes after the one before. A visit of one event is a bounce; its pages are those of its
 * views, and it lasts from its first event to its last.
 */
import { inScope } from '../conditions.js';
import type { DayRange } from '../day-range.js';
import type { Dialect } from '../dialect.js';
import { type ApiRow, type QueryCase, rounded, type Table, tableOf, type Value } from '../query-case.js';

export interface VisitsQuestion {
  name: string;
  range: DayRange;
  /** Entry and exit pages each. */
  pages: number;
  limitMs: number;
  atLeast: number;
}

/** Sums by nothing, by entry page and by exit page, of visits with these columns. */
const sumsOf = (visits: string, isBounce: string) => `
select grouping(entry, exit), entry, exit, count(*)::float8, (count(*) filter (where ${isBounce}))::float8, sum(lasted)::float8
from ${visits} group by grouping sets ((), (entry), (exit))`;

/** Text of SQL, with a place for what the two dialects say differently. */
interface Parts {
  /** Columns of an event. */
  event: string;
  /** Two events of a user belong to one visit. */
  isSameVisit: string;
  order: string;
  entry: string;
  exit: string;
  lasted: string;
}

const postgresParts: Parts = {
  event: 'user_id, timestamp, event_id, event_type, path',
  isSameVisit: `timestamp - lag(timestamp) over mine <= interval '30 minutes'`,
  order: 'timestamp, event_id',
  entry: `(array_agg(path order by timestamp, event_id) filter (where event_type = 'view'))[1]`,
  exit: `(array_agg(path order by timestamp desc, event_id desc) filter (where event_type = 'view'))[1]`,
  lasted: '(1000 * extract(epoch from max(timestamp) - min(timestamp)))::bigint',
};

/** Time and tie in one number: ordered aggregates take it ten times as long. */
const duckdbParts: Parts = {
  event: 'user_id, epoch_ms(ts) * 256 + id_start as place, event_type, path',
  isSameVisit: 'epoch_ms(ts) - lag(epoch_ms(ts)) over mine <= 1800000',
  order: 'place',
  entry: `arg_min(path, place) filter (where event_type = 'view')`,
  exit: `arg_max(path, place) filter (where event_type = 'view')`,
  lasted: 'max(place) // 256 - min(place) // 256',
};

function windowsSql(dialect: Dialect, range: DayRange): string {
  const parts = dialect.name === 'postgres' ? postgresParts : duckdbParts;
  return `with steps as (
  select ${parts.event}, case when ${parts.isSameVisit} then 0 else 1 end as begins
  from events where ${inScope(dialect, range)} and ${dialect.isKnown('user_id')}
  window mine as (partition by user_id order by ${dialect.order})
), numbered as (
  select *, sum(begins) over (partition by user_id order by ${parts.order} rows unbounded preceding) as number from steps
), visits as (
  select ${parts.entry} as entry, ${parts.exit} as exit, count(*) as events, ${parts.lasted} as lasted
  from numbered group by user_id, number
)${sumsOf('visits', 'events = 1')}`;
}

/** What ClickHouse has for it: all events of a user in an array, cut where they pause. */
function arraysSql(dialect: Dialect, range: DayRange): string {
  return `with visits as (
  select arrayJoin(arraySplit((event, gap) -> gap > 1800000, events, arrayDifference(events.1))) as visit from (
    select arraySort(groupArray((toUnixTimestamp64Milli(ts), id_start, event_type = 'view', path))) as events
    from events where ${inScope(dialect, range)} and ${dialect.isKnown('user_id')} group by user_id)
), told as (
  select arrayFirst(event -> event.3, visit).4 as entry, arrayLast(event -> event.3, visit).4 as exit,
    length(visit) = 1 as bounced, visit[-1].1 - visit[1].1 as lasted from visits
)
select grouping(entry, exit), entry, exit, count(), sum(bounced), sum(lasted)
from told group by grouping sets ((), (entry), (exit))`;
}

interface BatchAnswer {
  results: { results: ApiRow[] }[];
}

/** Bits of `grouping`: ClickHouse sets those of columns that are grouped by, unless it is told to keep to the standard. */
const [byEntry, byExit, byNothing] = [1, 2, 3];

const byVisits = ([a, m]: Value[], [b, n]: Value[]) =>
  Number(n) - Number(m) || Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));

function topPages(result: Table, kind: number, column: number, limit: number): Table {
  const rows = result.filter((row) => row[0] === kind && row[column] !== null && row[column] !== '');
  return rows
    .map((row): Value[] => [row[column]!, row[3]!])
    .toSorted(byVisits)
    .slice(0, limit);
}

function shapeVisits(result: Table, pages: number): Table[] {
  const [, , , visits, bounces, milliseconds] = (result.find(([kind]) => kind === byNothing) ?? []).map(Number);
  const whole = [visits!, rounded((100 * bounces!) / visits!), rounded(milliseconds! / 1_000 / visits!)];
  return [[whole], topPages(result, byEntry!, 1, pages), topPages(result, byExit!, 2, pages)];
}

const topOf = (dimension: string, limit: number) => ({
  metrics: ['visits'],
  dimensions: [dimension],
  order_by: [['visits', 'desc']],
  limit,
});

export const visits = ({ name, range, pages, limitMs, atLeast }: VisitsQuestion): QueryCase => ({
  name,
  path: '/api/v1/query/batch',
  limitMs,
  atLeast,
  body: {
    site_id: range.siteId,
    date_range: range.days,
    filters: [],
    queries: [
      { metrics: ['visits', 'bounce_rate', 'visit_duration'] },
      topOf('entry_page', pages),
      topOf('exit_page', pages),
    ],
  },
  read: (answer) => (answer as BatchAnswer).results.map(({ results }) => tableOf(results)),
  sql: (dialect) => [dialect.name === 'clickhouse' ? arraysSql(dialect, range) : windowsSql(dialect, range)],
  shape: ([result = []]) => shapeVisits(result, pages),
});

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

function windowsSql(dialect: Dialect, range: DayRange): string {
  const { time, order } = dialect;
  const page = (direction: '' | ' desc') => {
    const ordered = order.split(', ').map((column) => `${column === time ? 'time' : 'tie'}${direction}`);
    return `(array_agg(path order by ${ordered.join(', ')}) filter (where event_type = 'view'))[1]`;
  };
  return `with steps as (
  select user_id, ${order.replace(time, `${time} as time`)} as tie, event_type, path,
    case when ${time} - lag(${time}) over mine <= interval '30 minutes' then 0 else 1 end as begins
  from events where ${inScope(dialect, range)} and ${dialect.isKnown('user_id')}
  window mine as (partition by user_id order by ${order})
), numbered as (
  select *, sum(begins) over (partition by user_id order by time, tie rows unbounded preceding) as number from steps
), visits as (
  select ${page('')} as entry, ${page(' desc')} as exit, count(*) as events, ${dialect.milliseconds('min(time)', 'max(time)')} as lasted
  from numbered group by user_id, number
)
select grouping(entry, exit), entry, exit, count(*)::float8, (count(*) filter (where events = 1))::float8, sum(lasted)::float8
from visits group by grouping sets ((), (entry), (exit))`;
}

/** What ClickHouse has for it: all events of a user in an array, cut where they pause. */
function arraysSql(dialect: Dialect, range: DayRange): string {
  return `with visits as (
  select arrayJoin(arraySplit((event, gap) -> gap > 1800000, events, arrayDifference(events.1))) as visit from (
    select arraySort(groupArray((toUnixTimestamp64Milli(ts), instant_no, event_type = 'view', path))) as events
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

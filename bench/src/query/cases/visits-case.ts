/**
 * Visits: events of one user, none of them more than 30 minutes after the one before or of another session, that reach into the range, whole as
 * far as a day around it. One with a view and no other action is a bounce; its pages are those of its views.
 */
import { inScope } from '../conditions.js';
import type { DayRange } from '../day-range.js';
import { type Dialect, postgres } from '../dialect.js';
import { type ApiRow, type QueryCase, rounded, type Table, tableOf, type Value } from '../query-case.js';

const dayMs = 86_400_000;

export interface VisitsQuestion {
  name: string;
  range: DayRange;
  /** Entry and exit pages each. */
  pages: number;
  limitMs: number;
  atLeast: number;
}

const passive = `('impression', 'ad_request', 'revenue', 'cost', 'refund', 'asset', 'request',
  'engagement', 'not_found', 'web_vitals', 'identify', 'group', 'alias')`;
const isAction = `event_type <> 'view' and event_type not in ${passive}`;
const isView = `event_type = 'view'`;

/** Sums by nothing, by entry page and by exit page, of visits with these columns. */
const sumsOf = (dialect: Dialect) => `
select grouping(entry, exit), entry, exit, ${dialect.count()}, ${dialect.count('views = 1 and actions = 0')},
  sum(lasted)${dialect.name === 'clickhouse' ? '' : '::float8'}
from visits where is_in_range group by grouping sets ((), (entry), (exit))`;

/** Visits that begin before the range or end after it are whole. */
const widened = (range: DayRange): DayRange => ({
  ...range,
  from: new Date(Date.parse(range.from) - dayMs).toISOString(),
  to: new Date(Date.parse(range.to) + dayMs).toISOString(),
});

/** What Postgres and DuckDB say differently. */
interface Parts {
  /** Columns of an event. */
  event: string;
  session: string;
  /** Two events of a user are too far apart for one visit. */
  isLate: string;
  order: string;
  isInRange: string;
  entry: string;
  exit: string;
  lasted: string;
}

const postgresParts = ({ from, to }: DayRange): Parts => ({
  event: 'user_id, timestamp, event_id, event_type, path',
  session: 'session_id',
  isLate: `timestamp - lag(timestamp) over mine > interval '30 minutes'`,
  order: 'timestamp, event_id',
  isInRange: postgres.within(from, to),
  entry: `(array_agg(path order by timestamp, event_id) filter (where ${isView}))[1]`,
  exit: `(array_agg(path order by timestamp desc, event_id desc) filter (where ${isView}))[1]`,
  lasted: '(1000 * extract(epoch from max(timestamp) - min(timestamp)))::bigint',
});

/** Time and tie in one number: ordered aggregates take it ten times as long. */
const duckdbParts = ({ from, to }: DayRange): Parts => ({
  event: 'user_id, epoch_ms(ts) * 256 + id_start as place, event_type, path',
  session: 'session_no',
  isLate: 'epoch_ms(ts) - lag(epoch_ms(ts)) over mine > 1800000',
  order: 'place',
  isInRange: `place >= ${Date.parse(from)} * 256 and place < ${Date.parse(to)} * 256`,
  entry: `arg_min(path, place) filter (where ${isView})`,
  exit: `arg_max(path, place) filter (where ${isView})`,
  lasted: 'max(place) // 256 - min(place) // 256',
});

function windowsSql(dialect: Dialect, range: DayRange): string {
  const { session, ...parts } = (dialect.name === 'postgres' ? postgresParts : duckdbParts)(range);
  return `with steps as (
  select ${parts.event},
    case when ${parts.isLate} or ${session} <> lag(${session}) over mine then 1 else 0 end as begins
  from events where ${inScope(dialect, widened(range))} and ${dialect.isKnown('user_id')}
  window mine as (partition by user_id order by ${dialect.order})
), numbered as (
  select *, sum(begins) over (partition by user_id order by ${parts.order} rows unbounded preceding) as number from steps
), visits as (
  select ${parts.entry} as entry, ${parts.exit} as exit, bool_or(${parts.isInRange}) as is_in_range, ${parts.lasted} as lasted,
    ${dialect.count(isView)} as views, ${dialect.count(isAction)} as actions
  from numbered group by user_id, number
)${sumsOf(dialect)}`;
}

/** What ClickHouse has for it: all events of a user in an array, cut where they pause or the session is another one. */
function arraysSql(dialect: Dialect, range: DayRange): string {
  const event = `toUnixTimestamp64Milli(ts), id_start, ${isView}, path, toInt64(session_no), ${isAction}`;
  const [from, to] = [Date.parse(range.from), Date.parse(range.to)];
  return `with cut as (
  select arrayJoin(arraySplit((event, gap, other) -> gap > 1800000 or other <> 0,
    events, arrayDifference(events.1), arrayDifference(events.5))) as visit from (
    select arraySort(groupArray((${event}))) as events
    from events where ${inScope(dialect, widened(range))} and ${dialect.isKnown('user_id')} group by user_id)
), visits as (
  select arrayFirst(event -> event.3, visit).4 as entry, arrayLast(event -> event.3, visit).4 as exit,
    arrayExists(event -> event.1 >= ${from} and event.1 < ${to}, visit) as is_in_range,
    arraySum(visit.3) as views, arraySum(visit.6) as actions, visit[-1].1 - visit[1].1 as lasted from cut
)${sumsOf(dialect)}`;
}

interface BatchAnswer {
  results: { results: ApiRow[] }[];
}

/** Bits of `grouping`: ClickHouse sets those of columns that are grouped by, unless it is told to keep to the standard. */
const [byEntry, byExit, byNothing] = [1, 2, 3];

const bytes = (value: Value | undefined) => Buffer.from(String(value));

/** The most visits first; of equally many those first whose bytes are less, visits without a page last. */
const byVisits = ([a, m]: Value[], [b, n]: Value[]) =>
  Number(n) - Number(m) || Number(a === null) - Number(b === null) || Buffer.compare(bytes(a), bytes(b));

const topPages = (result: Table, kind: number, column: number, limit: number): Table =>
  result
    .filter((row) => row[0] === kind)
    .map((row): Value[] => [row[column]!, row[3]!])
    .toSorted(byVisits)
    .slice(0, limit);

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

import { dayMs } from '@millrace/shared/time/durations';
import { type ApiRow, type QueryCase, rounded, type Table, tableOf, type Value } from '../query-case.js';
import { countWhere, type DayRange, inScope, within } from '../sql.js';

interface VisitsParams {
  name: string;
  range: DayRange;
  /** Number of entry pages and of exit pages. */
  pages: number;
  limitMs: number;
  atLeast: number;
}

const passive = `('impression', 'ad_request', 'revenue', 'cost', 'refund', 'asset', 'request',
  'engagement', 'not_found', 'web_vitals', 'identify', 'group', 'alias')`;
const isAction = `event_type <> 'view' and event_type not in ${passive}`;
const isView = `event_type = 'view'`;

/** Visits that start before the range or end after it count whole, up to a day on either side. */
const widened = (range: DayRange): DayRange => ({
  ...range,
  from: new Date(Date.parse(range.from) - dayMs).toISOString(),
  to: new Date(Date.parse(range.to) + dayMs).toISOString(),
});

/**
 * A visit is a run of one user's events of one session with no pause over 30 minutes. With one view and no other action it is a
 * bounce. Returns sums over all visits, by entry page and by exit page, distinguished by `grouping`.
 */
const visitsSql = (range: DayRange) => `with steps as (
  select user_id, timestamp, event_id, event_type, path,
    case when timestamp - lag(timestamp) over mine > interval '30 minutes' or session_id <> lag(session_id) over mine
      then 1 else 0 end as starts_visit
  from events where ${inScope(widened(range))} and user_id is not null
  window mine as (partition by user_id order by timestamp, event_id)
), numbered as (
  select *, sum(starts_visit) over (partition by user_id order by timestamp, event_id rows unbounded preceding) as number
  from steps
), visits as (
  select (array_agg(path order by timestamp, event_id) filter (where ${isView}))[1] as entry,
    (array_agg(path order by timestamp desc, event_id desc) filter (where ${isView}))[1] as exit,
    bool_or(${within(range)}) as is_in_range,
    (1000 * extract(epoch from max(timestamp) - min(timestamp)))::bigint as duration,
    ${countWhere(isView)} as views, ${countWhere(isAction)} as actions
  from numbered group by user_id, number
)
select grouping(entry, exit), entry, exit, count(*)::int, ${countWhere('views = 1 and actions = 0')}, sum(duration)::float8
from visits where is_in_range group by grouping sets ((), (entry), (exit))`;

/** Values of `grouping(entry, exit)`, whose bits are set for columns that are not grouped by. */
const [byEntry, byExit, overall] = [1, 2, 3] as const;

const bytes = (value: Value | undefined) => Buffer.from(String(value));

/** Most visits first; ties in byte order, visits without a page last. */
const byVisits = ([a, m]: Value[], [b, n]: Value[]) =>
  Number(n) - Number(m) || Number(a === null) - Number(b === null) || Buffer.compare(bytes(a), bytes(b));

const topPages = (result: Table, grouping: number, column: number, limit: number): Table =>
  result
    .filter((row) => row[0] === grouping)
    .map((row): Value[] => [row[column]!, row[3]!])
    .toSorted(byVisits)
    .slice(0, limit);

function shapeVisits(result: Table, pages: number): Table[] {
  const [, , , visits, bounces, milliseconds] = (result.find(([grouping]) => grouping === overall) ?? []).map(Number);
  const totals = [visits!, rounded((100 * bounces!) / visits!), rounded(milliseconds! / 1_000 / visits!)];
  return [[totals], topPages(result, byEntry, 1, pages), topPages(result, byExit, 2, pages)];
}

const topOf = (dimension: string, limit: number) => ({
  metrics: ['visits'],
  dimensions: [dimension],
  order_by: [['visits', 'desc']],
  limit,
});

export const visits = ({ name, range, pages, limitMs, atLeast }: VisitsParams): QueryCase => ({
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
  read: (answer) => (answer as { results: { results: ApiRow[] }[] }).results.map(({ results }) => tableOf(results)),
  sql: () => [visitsSql(range)],
  shape: ([result = []]) => shapeVisits(result, pages),
});

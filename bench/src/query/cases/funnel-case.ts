/** Users who take steps in order, the last within an hour of the first. */
import { type ApiFilter, allOf, inScope } from '../conditions.js';
import type { DayRange } from '../day-range.js';
import type { Dialect } from '../dialect.js';
import type { QueryCase, Table } from '../query-case.js';

export interface FunnelQuestion {
  name: string;
  range: DayRange;
  /** Four, of which an event fits at most one: the SQL relies on it. */
  steps: ApiFilter[][];
  limitMs: number;
  atLeast: number;
}

interface FunnelAnswer {
  steps: { users: number }[];
}

/**
 * Looking back from the last step, every event knows the earliest time at which each later step can be reached from it; peers, events of the
 * same instant, count as later ones.
 */
function windowsSql(dialect: Dialect, { range, steps }: FunnelQuestion): string {
  const { time, user } = dialect;
  const branches = steps.map((step, index) => `when ${allOf(dialect, step)} then ${index + 1}`).join(' ');
  const least = (step: number, value: string) => `min(case when step = ${step} then ${value} end) over later`;
  const later =
    'window later as (partition by user_id order by time range between current row and unbounded following)';
  const inTime = (reached: string) => `bool_or(${reached} - time <= interval '1 hour')::int`;
  return `with taken as (
  select ${user} as user_id, ${time} as time, case ${branches} end as step
  from events where ${inScope(dialect, range)} and ${dialect.isKnown(user)}
), from3 as (
  select *, ${least(4, 'time')} as to4 from taken where step is not null ${later}
), from2 as (
  select *, ${least(3, 'time')} as to3, ${least(3, 'to4')} as to34 from from3 ${later}
), from1 as (
  select *, ${least(2, 'time')} as to2, ${least(2, 'to3')} as to23, ${least(2, 'to34')} as to234 from from2 ${later}
), users as (
  select ${inTime('to2')} as got2, ${inTime('to23')} as got3, ${inTime('to234')} as got4
  from from1 where step = 1 group by user_id
)
select count(*)::int, sum(got2)::int, sum(got3)::int, sum(got4)::int from users`;
}

/** What ClickHouse has for it. */
function windowFunnelSql(dialect: Dialect, { range, steps }: FunnelQuestion): string {
  const conditions = steps.map((step) => allOf(dialect, step)).join(', ');
  const levels = steps.map((_, index) => `countIf(level >= ${index + 1})`).join(', ');
  return `select ${levels} from (
  select user_id, windowFunnel(3600000)(toUInt64(toUnixTimestamp64Milli(ts)), ${conditions}) as level
  from events where ${inScope(dialect, range)} and ${dialect.isKnown('user_id')} group by user_id)`;
}

export const funnel = (question: FunnelQuestion): QueryCase => ({
  name: question.name,
  path: '/api/v1/funnel',
  limitMs: question.limitMs,
  atLeast: question.atLeast,
  body: {
    site_id: question.range.siteId,
    date_range: question.range.days,
    steps: question.steps.map((filters) => ({ filters })),
    window: '1h',
  },
  read: (answer) => [(answer as FunnelAnswer).steps.map(({ users }) => [users])],
  sql: (dialect) => [
    dialect.name === 'clickhouse' ? windowFunnelSql(dialect, question) : windowsSql(dialect, question),
  ],
  shape: ([result]): Table[] => [(result?.[0] ?? []).map((users) => [users ?? 0])],
});

import type { QueryCase, Table } from '../query-case.js';
import { type ApiFilter, allOf, type DayRange, inScope } from '../sql.js';

interface FunnelParams {
  name: string;
  range: DayRange;
  /** Four steps of which an event matches at most one; the SQL relies on it. */
  steps: ApiFilter[][];
  limitMs: number;
  atLeast: number;
}

/**
 * Users who take all steps in order, the last within an hour of the first. Working back from the last step, each event gets the
 * earliest time at which every later step can be reached from it; events at the same instant count as later ones.
 */
function funnelSql({ range, steps }: FunnelParams): string {
  const branches = steps.map((step, index) => `when ${allOf(step)} then ${index + 1}`).join(' ');
  const least = (step: number, value: string) => `min(case when step = ${step} then ${value} end) over later`;
  const later =
    'window later as (partition by user_id order by time range between current row and unbounded following)';
  const inTime = (reached: string) => `bool_or(${reached} - time <= interval '1 hour')::int`;
  return `with taken as (
  select user_id, timestamp as time, case ${branches} end as step
  from events where ${inScope(range)} and user_id is not null
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

export const funnel = (params: FunnelParams): QueryCase => ({
  name: params.name,
  path: '/api/v1/funnel',
  limitMs: params.limitMs,
  atLeast: params.atLeast,
  body: {
    site_id: params.range.siteId,
    date_range: params.range.days,
    steps: params.steps.map((filters) => ({ filters })),
    window: '1h',
  },
  read: (answer) => [(answer as { steps: { users: number }[] }).steps.map(({ users }) => [users])],
  sql: () => [funnelSql(params)],
  shape: ([result]): Table[] => [(result?.[0] ?? []).map((users) => [users ?? 0])],
});

/** Users by the week in which they first did something, and the later weeks in which they did it again. */
import { type ApiFilter, inScope } from '../conditions.js';
import type { DayRange } from '../day-range.js';
import type { Dialect } from '../dialect.js';
import type { QueryCase, Table, Value } from '../query-case.js';

export interface RetentionQuestion {
  name: string;
  /** Begins before the first event: a first one in the range is then the first of all. */
  range: DayRange;
  /** Of every event. */
  filters: ApiFilter[];
  /** What users do, first and again. */
  action: ApiFilter;
  limitMs: number;
}

interface RetentionAnswer {
  cohorts: { cohort: string; size: number; returned: number[] }[];
}

const weekMs = 7 * 86_400_000;

function postgresSql(dialect: Dialect, scope: string): string {
  const week = dialect.name === 'postgres' ? `timestamp at time zone 'UTC'` : 'ts';
  return `with active as (
  select user_id, date_trunc('week', ${week})::date as week from events where ${scope} group by 1, 2
), firsts as (
  select user_id, min(week) as begun from active group by user_id
)
select begun::varchar, week::varchar, ${dialect.count()} from active join firsts using (user_id)
group by begun, week order by 1, 2`;
}

const clickhouseSql = (scope: string) => `select first, week, count() from (
  select min(monday) as first, groupUniqArray(monday) as weeks from (
    select user_id, toMonday(date) as monday from events where ${scope} group by user_id, monday) group by user_id)
array join weeks as week group by first, week order by first, week`;

/** Rows of cohort, weeks later, users; later weeks without any are left out. */
function readCohorts(answer: unknown): Table[] {
  const rows = (answer as RetentionAnswer).cohorts.flatMap(({ cohort, size, returned }) =>
    [size, ...returned.slice(1)].map((users, later): Value[] => [cohort, later, users]),
  );
  return [rows.filter(([, , users]) => users !== 0)];
}

const shapeCohorts = ([result = []]: Table[]): Table[] => [
  result.map(([first, week, users]) => [
    first!,
    Math.round((Date.parse(String(week)) - Date.parse(String(first))) / weekMs),
    users!,
  ]),
];

export const retention = ({ name, range, filters, action, limitMs }: RetentionQuestion): QueryCase => ({
  name,
  path: '/api/v1/retention',
  limitMs,
  body: {
    site_id: range.siteId,
    date_range: range.days,
    timezone: range.timezone,
    period: 'week',
    filters,
    first: { filters: [action] },
    returning: { filters: [action] },
  },
  read: readCohorts,
  sql(dialect) {
    const scope = `${inScope(dialect, range, [...filters, action])} and ${dialect.isKnown(dialect.user)}`;
    return [dialect.name === 'clickhouse' ? clickhouseSql(scope) : postgresSql(dialect, scope)];
  },
  shape: shapeCohorts,
});

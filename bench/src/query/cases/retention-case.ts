import { dayMs } from '@millrace/shared/time/durations';
import type { QueryCase, Table, Value } from '../query-case.js';
import { type ApiFilter, type DayRange, inScope } from '../sql.js';

interface RetentionParams {
  name: string;
  /** Starts before the first event, so that the first event in the range is the user's first ever. */
  range: DayRange;
  /** Apply to every event. */
  filters: ApiFilter[];
  /** The event counted as the first and as a return. */
  action: ApiFilter;
  limitMs: number;
}

interface RetentionAnswer {
  cohorts: { cohort: string; size: number; returned: number[] }[];
}

const weekMs = 7 * dayMs;

/** Users by the week of their first event, and the later weeks in which they have another. */
const retentionSql = (scope: string) => `with active as (
  select user_id, date_trunc('week', timestamp at time zone 'UTC')::date as week from events where ${scope} group by 1, 2
), firsts as (
  select user_id, min(week) as first_week from active group by user_id
)
select first_week::varchar, week::varchar, count(*)::int from active join firsts using (user_id)
group by first_week, week order by 1, 2`;

/** Rows of cohort, number of weeks later, users; weeks without users are left out. */
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

export const retention = ({ name, range, filters, action, limitMs }: RetentionParams): QueryCase => ({
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
  sql: () => [retentionSql(`${inScope(range, [...filters, action])} and user_id is not null`)],
  shape: shapeCohorts,
});

/** Turns the signups of a site into cohorts by month, and what their users did since into retention. */

import { dayOf } from '@millrace/shared/zone-days';
import { type Aggregation, stillKnown } from './aggregation.js';
import { percent } from './money.js';
import { addMonths, type Period, periodOf } from './periods.js';

/** Cohorts and months to compute anew: a row is, when its cohort is or its month is. */
export interface CohortScope {
  /** First days of months. */
  cohorts: string[];
  months: string[];
}

/** Month of a timestamp: its place among the starts of months, which reach from the first to the end of the last. */
const monthOf = (timestamp: string) => `($2::date[])[width_bucket(${timestamp}, $3::timestamptz[])]`;

const statement = `/* processor.cohorts */
with signup as materialized (
  select user_id, ${monthOf('min(timestamp)')} as cohort from events
  where site_id = $1 and event_type = 'signup' and user_id is not null and timestamp < $4 group by user_id
), cohort as materialized (
  select cohort, count(*) as size from signup group by cohort
), pair as materialized (
  select cohort, size, month, (row_number() over (partition by cohort order by month) - 1)::int as number
  from cohort cross join unnest($2::date[]) as m(month) where month >= cohort
), wanted as materialized (
  select * from pair where cohort = any($5::date[]) or month = any($6::date[])
), active as (
  select cohort, month, count(*) as retained from (
    select distinct user_id, ${monthOf('timestamp')} as month from events
    where site_id = $1 and user_id is not null and timestamp >= $7 and timestamp < $4) as activity
  join signup using (user_id) where month >= cohort group by cohort, month
), computed as (
  select cohort, number, size, coalesce(retained, 0) as retained from wanted left join active using (cohort, month)
), gone as (
  delete from user_cohorts r where r.site_id = $1 and r.cohort_month >= $8
    and (r.cohort_month = any($5::date[]) or (r.cohort_month + make_interval(months => month_number))::date = any($6::date[]))
    and not exists (select 1 from computed c where c.cohort = r.cohort_month and c.number = r.month_number)
)
insert into user_cohorts (site_id, cohort_month, month_number, cohort_size, users_retained, retention_rate, computed_at)
select $1, cohort, number, size, retained, ${percent('retained', 'size')}, now() from computed
on conflict (site_id, cohort_month, month_number) do update set cohort_size = excluded.cohort_size,
  users_retained = excluded.users_retained, retention_rate = excluded.retention_rate, computed_at = excluded.computed_at`;

const firstSignupStatement = `/* processor.firstSignup */
select min(timestamp) as first from events where site_id = $1 and event_type = 'signup' and user_id is not null`;

/** Months of the site's zone from its first signup to now; empty without one. */
export async function cohortMonths(site: Aggregation, now: Date): Promise<Period[]> {
  const { rows } = await site.client.query<{ first: Date | null }>(firstSignupStatement, [site.siteId]);
  const first = rows[0]!.first;
  if (!first) return [];
  const months: Period[] = [];
  const last = dayOf(now, site.timezone);
  for (let day = addMonths(dayOf(first, site.timezone), 0); day <= last; day = addMonths(day, 1)) {
    months.push(periodOf(day, 'month', site.timezone));
  }
  // A cohort whose month is not whole any more stays as it was counted; so does what its users did since.
  return stillKnown(site, months);
}

const removeAll = '/* processor.removeCohorts */ delete from user_cohorts where site_id = $1';

/**
 * Replaces the rows of `scope`; returns how many there are now. A user belongs to the cohort of the month of their first
 * signup; month number n is the n-th after it, 0 the month itself. Retained in a month is who sent any event in it; retention
 * rate = retained / size x 100.
 */
export async function cohorts(site: Aggregation, scope: CohortScope, now: Date): Promise<number> {
  const months = await cohortMonths(site, now);
  if (months.length === 0) {
    if (site.rawSince === undefined) await site.client.query(removeAll, [site.siteId]);
    return 0;
  }
  const first = [...scope.cohorts, ...scope.months].sort()[0];
  if (first === undefined) return 0;
  const { rowCount } = await site.client.query(statement, [
    site.siteId,
    months.map(({ start }) => start),
    months.map(({ from }) => from),
    months.at(-1)!.to,
    scope.cohorts,
    scope.months,
    periodOf(first, 'month', site.timezone).from,
    site.rawSince === undefined ? '-infinity' : months[0]!.start,
  ]);
  return rowCount ?? 0;
}

const touchedSignups = `/* processor.touchedSignups */
with touched as (
  select distinct user_id from unnest($2::timestamptz[]) as i(start)
  join events on start = date_bin('15 minutes', timestamp, timestamptz '2000-01-01 00:00:00Z')
  where site_id = $1 and event_type = 'signup' and user_id is not null
    and timestamp >= (select min(t) from unnest($2::timestamptz[]) as t)
    and timestamp < (select max(t) from unnest($2::timestamptz[]) as t) + interval '15 minutes'
)
select timestamp from events join touched using (user_id) where site_id = $1 and event_type = 'signup'`;

/** What signups and activity in `days` may have changed: `intervals` are those that were touched. */
async function touchedScope(site: Aggregation, intervals: Date[], days: string[]): Promise<CohortScope> {
  const { rows } = await site.client.query<{ timestamp: Date }>(touchedSignups, [site.siteId, intervals]);
  const monthsOf = (texts: string[]) => [...new Set(texts.map((day) => addMonths(day, 0)))];
  return { cohorts: monthsOf(rows.map(({ timestamp }) => dayOf(timestamp, site.timezone))), months: monthsOf(days) };
}

const isComplete = `/* processor.cohortsAreComplete */
select coalesce((
  select sum(cohort_size) from user_cohorts where site_id = $1 and month_number = 0 and cohort_month >= $2), 0) = (
  select count(distinct user_id) from events
  where site_id = $1 and event_type = 'signup' and user_id is not null and timestamp >= $3 and timestamp < $4) as "isComplete"`;

/** Brings all cohorts up to date after changes in `intervals`, of which `days` are the days; returns how many rows were written. */
export async function touchedCohorts(site: Aggregation, intervals: Date[], days: string[], now: Date): Promise<number> {
  const rows = await cohorts(site, await touchedScope(site, intervals, days), now);
  const months = await cohortMonths(site, now);
  const [first, last] = [months[0], months.at(-1)];
  if (!first || !last) return rows;
  const known = [site.siteId, first.start, first.from, last.to];
  const complete = await site.client.query<{ isComplete: boolean }>(isComplete, known);
  if (complete.rows[0]!.isComplete) return rows;
  // A new signup lies in a touched interval; what is too much now was erased, and nothing tells from which cohort.
  return cohorts(site, { cohorts: months.map(({ start }) => start), months: [] }, now);
}

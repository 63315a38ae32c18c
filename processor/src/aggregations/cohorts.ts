/** Cohorts of users by signup month, and how many of them return in each later month. */
import { createVisitorSet, type VisitorSet } from '@millrace/shared/bitmap/bitmap';
import { percent } from '@millrace/shared/contract/money-sql';
import { addDays, dayOf } from '@millrace/shared/time/zone-days';
import { addVisitors, createTemporaryNumbers } from './add-visitors.js';
import { signupType } from './aggregated-types.js';
import {
  type AggregationContext,
  deleteRecomputable,
  lateralJoin,
  startOf,
  withCompleteRawEvents,
} from './aggregation.js';
import { addMonths, daysOf, type Period, periodOf, periodsOf } from './periods.js';
import { filterDays, type SplitDays, splitDays } from './split-days.js';
import { startsOf, type TouchedInterval } from './touched-intervals.js';

/** A row is recomputed if either its cohort or its month is listed. */
export interface CohortScope {
  /** As the first day of the month. */
  cohorts: string[];
  months: string[];
}

interface CohortRow {
  cohort: string;
  number: number;
  size: number;
  retained: number;
}

const write = `/* processor.cohorts */
with computed as materialized (
  select * from unnest($2::date[], $3::int[], $4::int[], $5::int[]) as c(cohort, number, size, retained)
), gone as (
  delete from user_cohorts r where r.site_id = $1 and r.cohort_month >= $8
    and (r.cohort_month = any($6::date[]) or (r.cohort_month + make_interval(months => month_number))::date = any($7::date[]))
    and not exists (select 1 from computed c where c.cohort = r.cohort_month and c.number = r.month_number)
)
insert into user_cohorts (site_id, cohort_month, month_number, cohort_size, users_retained, retention_rate, computed_at)
select $1, cohort, number, size, retained, ${percent('retained', 'size')}, now() from computed
on conflict (site_id, cohort_month, month_number) do update set cohort_size = excluded.cohort_size,
  users_retained = excluded.users_retained, retention_rate = excluded.retention_rate, computed_at = excluded.computed_at`;

const openIntervals = '(select distinct interval_start from rollup_marks where site_id = $1) as open';

const openSignups = `
    select timestamp from events
    where site_id = $1 and timestamp >= open.interval_start and timestamp < open.interval_start + interval '15 minutes'
      and event_type = 'signup' and user_id is not null and bot is null`;

/** Marked intervals may be out of date; at worst the first month turns out empty. */
const firstSignup = `/* processor.firstSignup */
select least((
  select interval_start from rollup_15m
  where site_id = $1 and dimension = 'all' and event_type = 'signup' and visitor_count > 0 order by interval_start limit 1
), (
  select min(timestamp) from ${lateralJoin(openIntervals, openSignups)})) as first`;

/** Months in the site's time zone, from its first signup to now; empty if there is none. */
async function allMonths({ client, siteId, timezone }: AggregationContext, now: Date): Promise<Period[]> {
  const { rows } = await client.query<{ first: Date | null }>(firstSignup, [siteId]);
  const first = rows[0]!.first;
  if (!first) return [];
  const months: Period[] = [];
  const last = dayOf(now, timezone);
  for (let day = addMonths(dayOf(first, timezone), 0); day <= last; day = addMonths(day, 1)) {
    months.push(periodOf(day, 'month', timezone));
  }
  return months;
}

function daysOfMonths(months: Period[], zone: string): Period[] {
  const days: string[] = [];
  for (const { start } of months) {
    for (let day = start; day < addMonths(start, 1); day = addDays(day, 1)) days.push(day);
  }
  return periodsOf(days, 'day', zone);
}

/** Registers a set to be disposed of when the computation ends, even if it fails. */
type TrackSet = (set: VisitorSet) => VisitorSet;

/** Users by the month of their first signup. */
async function signupSets(
  site: AggregationContext,
  months: Period[],
  parts: SplitDays,
  numberOf: (user: string) => number,
  track: TrackSet,
) {
  const sets = new Map(months.map(({ start }) => [start, track(createVisitorSet())]));
  await addVisitors(site, parts, 'signup', numberOf, (day) => sets.get(addMonths(day, 0))!);
  const seen = track(createVisitorSet());
  for (const [start, set] of sets) {
    sets.set(start, track(set.without(seen)));
    seen.addAll(set);
    set.dispose();
  }
  return sets;
}

async function countRows(
  site: AggregationContext,
  months: Period[],
  scope: CohortScope,
  own: TrackSet,
): Promise<CohortRow[]> {
  const numberOf = createTemporaryNumbers();
  const parts = await splitDays(site, daysOfMonths(months, site.timezone));
  const members = await signupSets(site, months, parts, numberOf, own);
  const [complete, rows] = [withCompleteRawEvents(site, months), [] as CohortRow[]];
  for (const [index, { start: month }] of complete.entries()) {
    const isInScope = ({ start }: Period) => scope.months.includes(month) || scope.cohorts.includes(start);
    const cohorts = complete
      .slice(0, index + 1)
      .filter((cohort) => isInScope(cohort) && members.get(cohort.start)!.size > 0);
    if (cohorts.length === 0) continue;
    const active = own(createVisitorSet());
    const partsOfMonth = filterDays(parts, (day) => addMonths(day, 0) === month);
    await addVisitors(site, partsOfMonth, 'any', numberOf, () => active);
    for (const { start: cohort } of cohorts) {
      const set = members.get(cohort)!;
      const number = index - complete.findIndex(({ start }) => start === cohort);
      rows.push({ cohort, number, size: set.size, retained: set.intersectionSize(active) });
    }
    active.dispose();
  }
  return rows;
}

async function countCohorts(site: AggregationContext, months: Period[], scope: CohortScope): Promise<CohortRow[]> {
  const sets: VisitorSet[] = [];
  const own: TrackSet = (set) => {
    sets.push(set);
    return set;
  };
  try {
    return await countRows(site, months, scope, own);
  } finally {
    for (const set of sets) set.dispose();
  }
}

/**
 * Replaces the rows in the scope that `scopeOf` returns for the available months; returns how many rows were written. A user
 * belongs to the cohort of the month of their first signup. Month number n is the n-th month after it, 0 the month itself. A user
 * is retained in a month in which they sent any event; retention rate = retained / size x 100. Sizes are bit counts: the
 * signups of a month minus those of earlier months, and that set AND the OR of all days of the later month.
 */
export async function cohorts(
  site: AggregationContext,
  scopeOf: (months: string[]) => CohortScope,
  now: Date,
): Promise<number> {
  const { client, siteId, rawSince } = site;
  const months = await allMonths(site, now);
  // A cohort whose month has lost raw events keeps its rows, including those of later months.
  const complete = withCompleteRawEvents(site, months);
  if (complete.length === 0) {
    await deleteRecomputable(site, 'user_cohorts', startOf('cohort_month'));
    return 0;
  }
  const scope = scopeOf(complete.map(({ start }) => start));
  if (scope.cohorts.length + scope.months.length === 0) return 0;
  const rows = await countCohorts(site, months, scope);
  const { rowCount } = await client.query(write, [
    siteId,
    rows.map(({ cohort }) => cohort),
    rows.map(({ number }) => number),
    rows.map(({ size }) => size),
    rows.map(({ retained }) => retained),
    scope.cohorts,
    scope.months,
    rawSince === undefined ? '-infinity' : complete[0]!.start,
  ]);
  return rowCount ?? 0;
}

/**
 * Updates the cohorts after changes in the `touched` intervals and after `passed` days; returns how many rows were written. A
 * signup that was added or erased moves users between its month and later ones, so all cohorts from that month on are recomputed.
 */
export function updateCohorts(
  site: AggregationContext,
  touched: TouchedInterval[],
  passed: string[],
  now: Date,
): Promise<number> {
  const daysIn = (intervals: TouchedInterval[]) => daysOf(startsOf(intervals), site.timezone);
  const months = [...new Set([...daysIn(touched), ...passed].map((day) => addMonths(day, 0)))];
  const [firstDay] = daysIn(touched.filter(({ types }) => types === null || types.includes(signupType)));
  const first = firstDay && addMonths(firstDay, 0);
  const isTouched = (month: string) => first !== undefined && month >= first;
  // Includes months that have no cohort any more, so their rows are deleted.
  return cohorts(site, (available) => ({ cohorts: [...available, ...months].filter(isTouched), months }), now);
}

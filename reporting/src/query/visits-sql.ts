/** Visits in SQL, for questions that segments cannot answer: the same definition as the engine's, see `segments/number-visits.ts`. */
import type { SqlParameters } from '../reading/sql-parameters.js';
import { dimensionEntry } from './dimension-catalogue.js';
import { isVisitMetric } from './metric-catalogue.js';
import { conditionsOf, type Filter, type Metric, type ResolvedQuery, type TimeRange } from './resolved-query.js';

/**
 * Types of events that happen to a visitor, or that a page makes by itself: a visit of one view and only these is a bounce, as the
 * visitor did nothing more.
 */
export const passiveTypes = [
  ...['impression', 'ad_request', 'revenue', 'cost', 'refund', 'asset', 'request'],
  ...['engagement', 'not_found', 'web_vitals', 'identify', 'group', 'alias'],
];

/** Whether a dimension is one of visits. */
export const isVisitDimension = (name: string): boolean =>
  dimensionEntry(name)?.kind === 'visit' || name.startsWith('visit:');

export const filtersVisits = (filter: Filter | undefined): boolean =>
  conditionsOf(filter).some(({ dimension }) => isVisitDimension(dimension));

/** Whether a query asks anything about visits. */
export function needsVisits({ dimensions, metrics, orderBy, filter }: ResolvedQuery): boolean {
  const keys: string[] = [...metrics, ...orderBy.map(({ key }): Metric | string => key)];
  return keys.some(isVisitMetric) || dimensions.some(isVisitDimension) || filtersVisits(filter);
}

/** Visits are whole as far as a day before the range and a day after it. */
export const visitMarginMs = 86_400_000;

/** The first event of a visit, under the names of its columns. */
export const firstEventSql = (sql: string): string => `(select ${sql} from (select (first_event).*) as first_event)`;

const inOrder = 'order by timestamp, event_id';

/**
 * A source like table events, of the range and what visits may reach beyond it, with columns of the visit that each event is part
 * of. Those of events without a user are null. Conditions from outside stay outside of the join: with them the planner expects one row, and
 * compares each with each.
 */
export function eventsWithVisits({ from, to }: TimeRange, parameters: SqlParameters): string {
  const site = parameters.site();
  const bounds = [from.getTime() - visitMarginMs, to.getTime() + visitMarginMs];
  const [start, end] = bounds.map((ms) => parameters.add(new Date(ms).toISOString(), 'timestamptz'));
  const passive = parameters.add(passiveTypes, 'text[]');
  const page = (direction: string) =>
    `(array_agg(path order by timestamp ${direction}, event_id ${direction}) filter (where event_type = 'view'))[1]`;
  return `(
  with gapped as (
    select *, event, timestamp - lag(timestamp) over (partition by user_id ${inOrder}) > make_interval(mins =>
      coalesce((select session_minutes from sites where site_id = ${site}), 30)) as is_late
    from events as event where site_id = ${site} and timestamp >= ${start} and timestamp < ${end}
  ), runs as (
    select *, count(*) filter (where is_late) over (partition by user_id ${inOrder}) as run from gapped
  ), sessions as (
    select *, session_id is not null and session_id <> lag(session_id) over (
      partition by user_id, run, session_id is null ${inOrder}) as is_other from runs
  ), numbered as (
    select *, case when user_id is not null then 1 + count(*) filter (where is_late or is_other) over (
      partition by user_id ${inOrder}) end as visit_no from sessions
  ), visits as (
    select user_id, visit_no, (extract(epoch from max(timestamp)) - extract(epoch from min(timestamp))) * 1000000 as micros,
      count(*) filter (where event_type = 'view') as visit_views,
      count(*) filter (where event_type = 'view') = 1
        and count(*) filter (where event_type <> 'view' and event_type <> all(${passive})) = 0 as is_bounce,
      ${page('asc')} as entry_page, ${page('desc')} as exit_page,
      (array_agg(event ${inOrder}))[1] as first_event
    from numbered where visit_no is not null group by user_id, visit_no
  )
  select * from (select * from numbered left join visits using (user_id, visit_no) offset 0) as joined) as events`;
}

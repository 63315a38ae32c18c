/** Visits in SQL, for queries that segments cannot answer. The definition matches the engine's in `segments/number-visits.ts`. */
import { dayMs } from '@millrace/shared/time/durations';
import type { SqlParameters } from '../reading/sql-parameters.js';
import { dimensionEntry } from './dimension-catalogue.js';
import { isVisitMetric } from './metric-catalogue.js';
import { conditionsOf, type Filter, type Metric, type ResolvedQuery, type TimeRange } from './resolved-query.js';

/**
 * Types of events that are not actions of the visitor but happen to them, or are sent by the page itself. A visit with one view
 * and otherwise only these is a bounce.
 */
export const passiveTypes = [
  ...['impression', 'ad_request', 'revenue', 'cost', 'refund', 'asset', 'request'],
  ...['engagement', 'not_found', 'web_vitals', 'identify', 'group', 'alias'],
];

/** Whether a dimension describes visits rather than events. */
export const isVisitDimension = (name: string): boolean =>
  dimensionEntry(name)?.kind === 'visit' || name.startsWith('visit:');

export const filtersVisits = (filter: Filter | undefined): boolean =>
  conditionsOf(filter).some(({ dimension }) => isVisitDimension(dimension));

/** Whether a query has a metric, dimension or filter on visits. */
export function needsVisits({ dimensions, metrics, orderBy, filter }: ResolvedQuery): boolean {
  const keys: string[] = [...metrics, ...orderBy.map(({ key }): Metric | string => key)];
  return keys.some(isVisitMetric) || dimensions.some(isVisitDimension) || filtersVisits(filter);
}

/** Visits are followed for up to a day before and after the range. */
export const visitMarginMs = dayMs;

/** Evaluates an expression over the columns of a visit's first event. */
export const firstEventSql = (sql: string): string => `(select ${sql} from (select (first_event).*) as first_event)`;

const inOrder = 'order by timestamp, event_id';

/**
 * Replaces table events by the events of the range, plus a margin for visits that cross its ends, with columns of the visit that
 * each event belongs to; they are null for events without a user. `offset 0` keeps outer conditions out of the join: with them
 * the planner expects a single row and compares every row with every other.
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

/** Answers a query by counting raw events in Postgres, which works for every query. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { eventsSinceOf } from '../reading/events-since.js';
import { createSqlParameters, type SqlParameters } from '../reading/sql-parameters.js';
import { type MatchingEvents, matchingEvents } from './matching-events.js';
import { isVisitMetric, metricEntry, type VisitMetric } from './metric-catalogue.js';
import { isNumberMetric } from './number-metrics.js';
import { columnOf, numberedGroups, shownNumber } from './number-metrics-sql.js';
import { bytesSql, checkBytes, maxAnswerBytes } from './page-rows.js';
import type { Metric, NumberMetric, Order, ResolvedQuery, ResultRow } from './resolved-query.js';

export interface RawAnswer {
  rows: ResultRow[];
  /** Number of groups before limit and offset; set when the query requests it. */
  totalRows?: number;
  /** Events of the range before this were dropped and are not counted; absent when none are missing. */
  eventsSince?: Date;
}

interface RawResult {
  /** Null when they take too many bytes. */
  rows: (string | number | null)[][] | null;
  bytes: number;
  total: number | null;
  /** Raw events before this were dropped. */
  rawSince: Date | null;
}

/**
 * A single statement returns the rows, their order, their shares and their total, all from one snapshot.
 * @throws ServiceError `invalid_request` for more than {@link maxAnswerBytes}.
 */
export async function readRaw(client: PoolClient, query: ResolvedQuery): Promise<RawAnswer> {
  const { text, values } = rawStatement(query);
  const { rows: found, bytes, total, rawSince } = (await client.query<RawResult>(text, values)).rows[0]!;
  checkBytes(bytes, maxAnswerBytes);
  const timeAt = timeIndex(query);
  return {
    rows: found!.map((row) => {
      const dimensions = row.slice(0, query.dimensions.length) as (string | null)[];
      if (timeAt >= 0) dimensions[timeAt] = query.buckets!.labels[Number(row[timeAt]) - 1]!;
      return { dimensions, metrics: row.slice(query.dimensions.length) };
    }),
    ...(total !== null && { totalRows: total }),
    ...eventsSinceOf(rawSince, query.range.from),
  };
}

const timeIndex = ({ dimensions }: ResolvedQuery) => dimensions.findIndex((dimension) => dimension.startsWith('time:'));

/** The metrics of a query, including those that only appear in `order_by`. */
function metricsNeeded({ metrics, dimensions, orderBy }: ResolvedQuery): Metric[] {
  const ordering = orderBy.filter(({ key }) => !(dimensions as string[]).includes(key)).map(({ key }) => key as Metric);
  return [...new Set([...metrics, ...ordering])];
}

/** Counts over rows per user, or per user and visit; a row without a user covers all events without a `user_id`. */
const userColumns = (perVisit: boolean) => {
  const user = perVisit ? 'distinct user_id' : 'user_id';
  return [
    { name: 'visitors', sql: `count(${user})` },
    { name: 'viewers', sql: `count(${user}) filter (where views > 0)` },
    { name: 'views_of_users', sql: 'coalesce(sum(views) filter (where user_id is not null), 0)' },
  ];
};

/**
 * Events are counted per group and user first, which Postgres can hash, then per group: `count(distinct ...)` would sort all
 * events. Without a visitor metric, users are left out.
 */
function rawStatement(query: ResolvedQuery): { text: string; values: unknown[] } {
  const parameters = createSqlParameters(query.siteId);
  const needed = metricsNeeded(query);
  const aboutVisitors = needed.some((metric) => metricEntry(metric)?.users);
  const places = query.dimensions.map((_dimension, place) => `d${place}`);
  const eventCounts = needed.filter((metric) => metric.startsWith('event:'));
  const sums = ['events', 'views', ...eventCounts.map((_metric, index) => `c${index}`)];
  const visitMetrics = needed.filter(isVisitMetric);
  const perVisit = visitMetrics.length > 0;
  const users = userColumns(perVisit);
  const userCounts = aboutVisitors || perVisit ? users : users.map((column) => ({ ...column, sql: '0' }));
  const counts = [...sums, ...userCounts.map(({ name }) => name)];
  const numberMetrics = needed.filter(isNumberMetric);
  const columns = metricColumns(eventCounts, numberMetrics);
  const shown = [...places, ...query.metrics.map((metric) => shownColumn(metric, columns(metric)))];
  const events = matchingEvents(query, parameters);
  const numbered = numberedGroups(numberMetrics, events, parameters);
  const bySeries = query.dimensions.length === 1 && query.buckets !== undefined;
  const text = `/* reporting.readRaw */
with per_user as (
  ${perUserSql(events, eventCounts, { withUsers: aboutVisitors || perVisit, perVisit }, parameters)}
), found as (
  ${foundSql(places, sums, userCounts, visitMetrics)}
), groups as (
  ${bySeries ? seriesSql(counts, visitMetrics, query.buckets!.labels.length, parameters) : 'select * from found'}
)${numbered.tables}, whole as (
  select ${needed.includes('share') ? '(select count(distinct user_id) from per_user)' : '0'} as total_visitors
), page as materialized (
  select json_build_array(${shown.map((_column, index) => `shown${index}`).join(', ')}) as shown from (
    select ${shown.map((column, index) => `${column} as shown${index}`).join(', ')} from ${numbered.name} cross join whole
    ${orderSql(query, columns)} limit ${parameters.add(query.limit, 'bigint')} offset ${parameters.add(query.offset, 'bigint')}
  ) chosen
)
select bytes, case when bytes <= ${maxAnswerBytes} then coalesce((select json_agg(shown) from page), '[]') end as rows,
  ${query.totalRows ? '(select count(*) from groups)::integer' : 'null'} as total,
  (select since from raw_horizon) as "rawSince"
from (select ${bytesSql('page', ['shown::text'])} as bytes offset 0) measured`;
  return { text, values: parameters.values };
}

/** Groups with their sums and the counts over their users. */
function foundSql(
  places: string[],
  sums: string[],
  userCounts: { name: string; sql: string }[],
  visitMetrics: VisitMetric[],
): string {
  const columns = [
    ...places,
    ...sums.map((name) => `coalesce(sum(${name}), 0)::bigint as ${name}`),
    ...userCounts.map(({ name, sql }) => `(${sql})::bigint as ${name}`),
    ...visitMetrics.map((metric) => `${metricEntry(metric)!.visitSql} as ${metric}`),
  ];
  return `select ${columns.join(', ')} from per_user ${places.length > 0 ? `group by ${places.join(', ')}` : ''}`;
}

/** Matching events per group and user. */
function perUserSql(
  { keys, from }: MatchingEvents,
  eventCounts: Metric[],
  { withUsers, perVisit }: { withUsers: boolean; perVisit: boolean },
  parameters: SqlParameters,
): string {
  const groups = keys.map((key, place) => `${key} as d${place}`);
  if (withUsers) groups.push('user_id collate "C" as user_id');
  if (perVisit) groups.push('visit_no', 'micros', 'visit_views', 'is_bounce');
  const ofTypes = eventCounts.map((metric, index) => {
    const type = parameters.add(metric.slice('event:'.length), 'text');
    return `count(*) filter (where event_type = ${type}) as c${index}`;
  });
  const counts = ['count(*) as events', `count(*) filter (where event_type = 'view') as views`, ...ofTypes];
  return `select ${[...groups, ...counts].join(', ')} from ${from}
  ${groups.length > 0 ? `group by ${groups.map((_group, index) => index + 1).join(', ')}` : ''}`;
}

/** A time series has a row for every bucket; one without events is zero. */
function seriesSql(counts: string[], visitMetrics: VisitMetric[], buckets: number, parameters: SqlParameters): string {
  const filled = counts.map((name) => `coalesce(found.${name}, 0) as ${name}`);
  const measured = visitMetrics.map((name) => (name === 'visits' ? 'coalesce(visits, 0) as visits' : name));
  return `select d0, ${[...filled, ...measured].join(', ')}
  from generate_series(1, ${parameters.add(buckets, 'integer')}) as d0 left join found using (d0)`;
}

const shownColumn = (metric: Metric, column: string) => (isNumberMetric(metric) ? shownNumber(column) : column);

function metricColumns(eventCounts: Metric[], numberMetrics: NumberMetric[]): (metric: Metric) => string {
  return (metric) => {
    if (isNumberMetric(metric)) return columnOf(numberMetrics, metric);
    const typed = eventCounts.indexOf(metric);
    return typed >= 0 ? `c${typed}` : (metricEntry(metric)!.sql ?? metric);
  };
}

/** By the requested order, then by the dimensions, so that the order is total and pages do not overlap. Nulls are last. */
function orderSql({ dimensions, orderBy }: ResolvedQuery, columns: (metric: Metric) => string): string {
  const requested = orderBy.map(({ key, direction }: Order) => {
    const place = (dimensions as string[]).indexOf(key);
    const column = place >= 0 ? `d${place}` : columns(key as Metric);
    return `${column} ${direction === 'desc' ? 'desc' : 'asc'} nulls last`;
  });
  const parts = [...requested, ...dimensions.map((_dimension, place) => `d${place} asc nulls last`)];
  return parts.length === 0 ? '' : `order by ${parts.join(', ')}`;
}

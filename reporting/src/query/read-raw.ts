/** Answers a query by counting raw events: whatever can be asked. */
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
  /** Groups before limit and offset; there when the query asks for it. */
  totalRows?: number;
  /** Earlier events of the range were dropped and are not in these rows; absent where none are missing. */
  eventsSince?: Date;
}

interface RawResult {
  /** Null when their bytes are too many. */
  rows: (string | number | null)[][] | null;
  bytes: number;
  total: number | null;
  /** Raw events before it were dropped. */
  rawSince: Date | null;
}

/**
 * One statement, so that rows, their order, their share and their number are of one moment.
 * @throws ServiceError `invalid_request` for more than {@link maxAnswerBytes}.
 */
export async function readRaw(client: PoolClient, query: ResolvedQuery): Promise<RawAnswer> {
  const { text, values } = rawStatement(query);
  const { rows: found, bytes, total, rawSince } = (await client.query<RawResult>(text, values)).rows[0]!;
  checkBytes(bytes, maxAnswerBytes);
  const timeAt = timePlace(query);
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

const timePlace = ({ dimensions }: ResolvedQuery) => dimensions.findIndex((dimension) => dimension.startsWith('time:'));

/** Metrics of a query, those it is only ordered by included. */
function metricsNeeded({ metrics, dimensions, orderBy }: ResolvedQuery): Metric[] {
  const ordering = orderBy.filter(({ key }) => !(dimensions as string[]).includes(key)).map(({ key }) => key as Metric);
  return [...new Set([...metrics, ...ordering])];
}

/** Counts over rows per user, or per user and visit; those without one stand for everyone who is not known. */
const userColumns = (perVisit: boolean) => {
  const user = perVisit ? 'distinct user_id' : 'user_id';
  return [
    { name: 'visitors', sql: `count(${user})` },
    { name: 'viewers', sql: `count(${user}) filter (where views > 0)` },
    { name: 'views_of_users', sql: 'coalesce(sum(views) filter (where user_id is not null), 0)' },
  ];
};

/**
 * Events are counted per group and user first, which can be hashed, then per group: `count(distinct ...)` would sort all
 * events. Without a metric about visitors, users do not come into it.
 */
function rawStatement(query: ResolvedQuery): { text: string; values: unknown[] } {
  const parameters = createSqlParameters(query.siteId);
  const needed = metricsNeeded(query);
  const aboutVisitors = needed.some((metric) => metricEntry(metric)?.users);
  const places = query.dimensions.map((_dimension, place) => `d${place}`);
  const eventCounts = needed.filter((metric) => metric.startsWith('event:'));
  const sums = ['events', 'views', ...eventCounts.map((_metric, index) => `c${index}`)];
  const ofVisits = needed.filter(isVisitMetric);
  const perVisit = ofVisits.length > 0;
  const users = userColumns(perVisit);
  const ofUsers = aboutVisitors || perVisit ? users : users.map((column) => ({ ...column, sql: '0' }));
  const counts = [...sums, ...ofUsers.map(({ name }) => name)];
  const ofNumbers = needed.filter(isNumberMetric);
  const columns = metricColumns(eventCounts, ofNumbers);
  const shown = [...places, ...query.metrics.map((metric) => shownColumn(metric, columns(metric)))];
  const events = matchingEvents(query, parameters);
  const numbered = numberedGroups(ofNumbers, events, parameters);
  const bySeries = query.dimensions.length === 1 && query.buckets !== undefined;
  const text = `/* reporting.readRaw */
with per_user as (
  ${perUserSql(events, eventCounts, { withUsers: aboutVisitors || perVisit, perVisit }, parameters)}
), found as (
  ${foundSql(places, sums, ofUsers, ofVisits)}
), groups as (
  ${bySeries ? seriesSql(counts, ofVisits, query.buckets!.labels.length, parameters) : 'select * from found'}
)${numbered.tables}, whole as (
  select ${needed.includes('share') ? '(select count(distinct user_id) from per_user)' : '0'} as visitors_in_all
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

/** Groups with their sums, and with what is counted over their users. */
function foundSql(
  places: string[],
  sums: string[],
  ofUsers: { name: string; sql: string }[],
  ofVisits: VisitMetric[],
): string {
  const columns = [
    ...places,
    ...sums.map((name) => `coalesce(sum(${name}), 0)::bigint as ${name}`),
    ...ofUsers.map(({ name, sql }) => `(${sql})::bigint as ${name}`),
    ...ofVisits.map((metric) => `${metricEntry(metric)!.ofVisits} as ${metric}`),
  ];
  return `select ${columns.join(', ')} from per_user ${places.length > 0 ? `group by ${places.join(', ')}` : ''}`;
}

/** Events that match, per group and user. */
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

/** A series has no holes: a bucket without events is zero. */
function seriesSql(counts: string[], ofVisits: VisitMetric[], buckets: number, parameters: SqlParameters): string {
  const filled = counts.map((name) => `coalesce(found.${name}, 0) as ${name}`);
  const measured = ofVisits.map((name) => (name === 'visits' ? 'coalesce(visits, 0) as visits' : name));
  return `select d0, ${[...filled, ...measured].join(', ')}
  from generate_series(1, ${parameters.add(buckets, 'integer')}) as d0 left join found using (d0)`;
}

const shownColumn = (metric: Metric, column: string) => (isNumberMetric(metric) ? shownNumber(column) : column);

/** Ratios are of two decimals, halves away from zero, null where nothing can be divided by. */
function metricColumns(eventCounts: Metric[], ofNumbers: NumberMetric[]): (metric: Metric) => string {
  return (metric) => {
    if (isNumberMetric(metric)) return columnOf(ofNumbers, metric);
    const typed = eventCounts.indexOf(metric);
    return typed >= 0 ? `c${typed}` : (metricEntry(metric)!.sql ?? metric);
  };
}

/** What is asked for, then the dimensions, so that no two groups are equal and pages fit together. Nulls are last. */
function orderSql({ dimensions, orderBy }: ResolvedQuery, columns: (metric: Metric) => string): string {
  const asked = orderBy.map(({ key, direction }: Order) => {
    const place = (dimensions as string[]).indexOf(key);
    const column = place >= 0 ? `d${place}` : columns(key as Metric);
    return `${column} ${direction === 'desc' ? 'desc' : 'asc'} nulls last`;
  });
  const parts = [...asked, ...dimensions.map((_dimension, place) => `d${place} asc nulls last`)];
  return parts.length === 0 ? '' : `order by ${parts.join(', ')}`;
}

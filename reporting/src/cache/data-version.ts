/** Versions the data behind an answer: the version changes with everything that could change the answer, and never repeats. */
import { createHash } from 'node:crypto';
import { metricTypes, periodTypes } from '@millrace/shared/contract/job-data';
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import { version as release } from '@millrace/shared/platform/version';
import type { TimeRange } from '../query/resolved-query.js';
import { databaseHistory } from '../reading/in-snapshot.js';
import type { CacheableQuery, DataSource } from './cacheable-query.js';

export interface DataVersion {
  /**
   * Undefined if an answer is not worth caching: the site is being erased, or it has more marks than are counted, as during an import.
   * Then the version changes all the time, and counting would take longer than some answers.
   */
  data: string | undefined;
  /**
   * Changes when even an outdated answer must not be served any more. JSON: creation time of the site, erasures of its users, then the
   * last invalidation and `history`.
   */
  identity: string;
  /** Null for an unknown site. */
  siteTimezone: string | null;
  hasDailyVisitors: boolean;
  /** Identifies one run of one server on one set of files. Only within it do transaction ids and version counts never repeat. */
  history: string;
  /** See `DataVersionKey`. Positions of different histories cannot be compared. */
  position: string;
}

/** The part of a query that the version of its data depends on. */
export type VersionParams = Pick<CacheableQuery, 'siteId' | 'sources'> & { name: string; span: TimeRange };

/** Reads tables sites and site_rollups, the latter as `rolled`; `more` is what depends on the query. */
export const identityOf = (...more: string[]) =>
  `jsonb_build_array(${['extract(epoch from sites.created_at)', 'coalesce(rolled.epoch, 0)', ...more].join(', ')})`;

/**
 * Marks are added by events and removed by rolls, which count them per day in site_changes: the sum changes with every event that is
 * stored or erased. An earlier release does not count them; if it did the last roll, the time of that roll is included as well, and
 * the epoch changes with the next roll. Where raw events were dropped, only rolled data is left, so its state is included, too.
 */
const events = `sites.hostnames, sites.session_minutes, extract(epoch from horizon.since), case when rolled_at <> changes_at then extract(epoch from rolled_at) end,
    (select coalesce(sum(changes), 0) from site_changes where site_id = $1 and day >= $3::date and day <= $4::date) + marks.number,
    case when horizon.since > $3::date::timestamp at time zone 'UTC' then jsonb_build_array(
      rolled.timezone, (select string_agg(day::text, ' ' order by day) from rollup_day_marks where site_id = $1)) end`;

/** Marks are counted up to this number. */
const maxMarks = 50_000;

const marks = `left join lateral (
    select count(*) as number from (
      select 1 from rollup_marks where site_id = $1 and interval_start >= $3::date::timestamp at time zone 'UTC'
        and interval_start < ($4::date + 1)::timestamp at time zone 'UTC' limit ${maxMarks + 1}) as found
  ) as marks on true`;

/** Every release updates the row of the site in the transaction that writes aggregates. */
const aggregates = `(select xmin::text from site_aggregations where site_id = $1)`;

const quotedList = (names: readonly string[]) => `(${names.map((name) => `'${name}'`).join(', ')})`;

/** Metrics have no such row, but a range has few of them. Listed one by one, so that the index is used. */
const metrics = `(select jsonb_agg(found) from (
    select count(*), sum(hashtextextended(xmin::text, 0)) from site_metrics
    where site_id = $1 and metric_type in ${quotedList(metricTypes)} and period_type = 'hour'
      and period_start >= $3::date - 1 and period_start < $4::date + 2
    union all
    select count(*), sum(hashtextextended(xmin::text, 0)) from site_metrics
    where site_id = $1 and metric_type in ${quotedList(metricTypes)} and period_type in ${quotedList(periodTypes)}) as found)`;

const sourceSql: Record<DataSource, string> = { events, aggregates, metrics };

const statement = (sources: readonly DataSource[]) => `/* reporting.readDataVersion */
select sites.timezone as "siteTimezone", coalesce(daily_visitors, false) as "hasDailyVisitors", ${databaseHistory}::text as history, pg_current_snapshot()::text as snapshot,
  erase_requested_at is not null ${sources.includes('events') ? `or marks.number > ${maxMarks}` : ''} as "isUnsettled",
  ${identityOf(`jsonb_build_array((select max(no) from cache_invalidations where $2 like pattern), ${databaseHistory})`)}::text as identity,
  jsonb_build_array($3::date, $4::date, ${sources.map((name) => sourceSql[name]).join(', ')})::text as data
from (select 1) as one left join sites on sites.site_id = $1 left join site_rollups rolled on rolled.site_id = $1
  left join raw_horizon horizon on true ${sources.includes('events') ? marks : ''}`;

interface Row {
  siteTimezone: string | null;
  hasDailyVisitors: boolean;
  history: string;
  snapshot: string;
  isUnsettled: boolean;
  identity: string;
  data: string;
}

const maxRunning = 1e9;

/**
 * Position of a snapshot `xmin:xmax:running`. Once anything has been committed, a later snapshot of the same history has a larger
 * `xmax`, or the same one and fewer running transactions below it.
 */
export function positionOf(snapshot: string): string {
  const [, xmax = '', running = ''] = snapshot.split(':');
  const ended = maxRunning - (running === '' ? 0 : running.split(',').length);
  return `${xmax.padStart(20, '0')}${String(ended).padStart(10, '0')}`;
}

const dayOf = (instant: number) => new Date(instant).toISOString().slice(0, 10);

/** First and last UTC day of a range. */
const daysOf = ({ from, to }: TimeRange) => [dayOf(from.getTime()), dayOf(Math.max(from.getTime(), to.getTime() - 1))];

/** As of the snapshot of a client, or as of now. */
export async function readDataVersion(
  database: Pool | PoolClient,
  { siteId, sources, name, span }: VersionParams,
): Promise<DataVersion> {
  const { rows } = await database.query<Row>(statement(sources), [siteId, name, ...daysOf(span)]);
  const { history, snapshot, isUnsettled, identity, data, ...site } = rows[0]!;
  const position = positionOf(snapshot);
  return { ...site, history, position, identity, data: isUnsettled ? undefined : hashOf(identity, data) };
}

/** Short, and equal in every process of this release. */
export function hashOf(...parts: string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([release, ...parts]))
    .digest('base64url')
    .slice(0, 22);
}

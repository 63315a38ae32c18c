/** Resolves dataset requests and reads their rows. */
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import { dayOf } from '@millrace/shared/time/zone-days';
import type { TimeRange } from '../query/resolved-query.js';
import { checkPatterns, patternsOf, patternTimeoutMs } from '../query-request/check-patterns.js';
import { resolveSpan, toTimeRange } from '../query-request/resolve-span.js';
import { needsEvents, readSiteContext, type SiteContext } from '../reading/site-context.js';
import { checkBuckets } from './check-buckets.js';
import type { DatasetContext, Row } from './dataset.js';
import { filterOf } from './filters-param.js';
import type { DatasetRequest } from './parse-dataset.js';

/** A request with named ranges resolved to instants. */
export interface ResolvedDataset extends Pick<DatasetRequest, 'dataset' | 'siteId' | 'params' | 'weekStart'> {
  siteKnown: boolean;
  timezone: string;
  siteTimezone: string;
  range: TimeRange;
  days: DatasetContext['days'];
  /** Statement timeout, if it is shorter than the default. */
  longestMs?: number;
}

/** The days that a range touches. For an empty range, the day of its start. */
function daysOf({ from, to }: TimeRange, zone: string): DatasetContext['days'] {
  const first = dayOf(from, zone);
  const last = dayOf(new Date(Math.max(from.getTime(), to.getTime() - 1)), zone);
  return { from: first, to: last };
}

/** Whether the range depends on the first and last event of the site. */
export const isAboutAllTime = ({ dateRange }: DatasetRequest): boolean => needsEvents(dateRange);

/** Does not check patterns. An unknown site is not an error; it has no rows. @throws ServiceError `invalid_request`, see {@link checkBuckets}. */
export function resolveBy(request: DatasetRequest, site: SiteContext, now: Date): ResolvedDataset {
  const { dataset, siteId, params, dateRange, weekStart } = request;
  const { siteTimezone, siteKnown, hasDailyVisitors: _hasDailyVisitors, ...events } = site;
  const timezone = request.timezone ?? siteTimezone;
  const span = resolveSpan(dateRange ?? { kind: 'named', name: 'day' }, timezone, { now, ...events }, weekStart);
  const range = toTimeRange(span, timezone);
  const days = span.kind === 'days' ? { from: span.from, to: span.to } : daysOf(range, timezone);
  checkBuckets({ dataset, params, range, timezone, weekStart });
  return {
    ...{ dataset, siteId, params, siteKnown, timezone, siteTimezone, range, days },
    ...(weekStart && { weekStart }),
    ...(patternsOf(filterOf(params)).length > 0 && { longestMs: patternTimeoutMs }),
  };
}

/** @throws ServiceError `invalid_request` for a pattern that Postgres rejects. */
export const checkDatasetPatterns = (pool: Pool, { params }: DatasetRequest, signal?: AbortSignal): Promise<void> =>
  checkPatterns(pool, patternsOf(filterOf(params)), signal ? { signal } : {});

/** Reads the site from the database. @throws ServiceError `invalid_request`, see {@link resolveBy} and {@link checkDatasetPatterns}. */
export async function resolveDataset(
  pool: Pool,
  request: DatasetRequest,
  now: Date,
  signal?: AbortSignal,
): Promise<ResolvedDataset> {
  const site = await readSiteContext(pool, request.siteId, isAboutAllTime(request), signal);
  const resolved = resolveBy(request, site, now);
  await checkDatasetPatterns(pool, request, signal);
  return resolved;
}

/** Batches of rows. `client` must be in a snapshot transaction. */
export async function* readBatches(
  client: PoolClient,
  resolved: ResolvedDataset,
  page: Pick<DatasetContext, 'now' | 'after' | 'limit' | 'reads'>,
): AsyncGenerator<Row[]> {
  const { dataset, params, siteId, timezone, siteTimezone, weekStart, range, days } = resolved;
  await client.query(`/* reporting.readInUtc */ set local timezone = 'UTC'`);
  yield* dataset.rows({ client, siteId, timezone, siteTimezone, weekStart, range, days, ...page }, params);
}

/** All rows of one page. */
export async function readRows(...parameters: Parameters<typeof readBatches>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of readBatches(...parameters)) rows.push(...batch);
  return rows;
}

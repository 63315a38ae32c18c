/** Describes a query so that its answer can be cached. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { TimeRange } from '../query/resolved-query.js';
import type { ReadOptions } from '../reading/admit-read.js';
import type { SiteContext } from '../reading/site-context.js';

/** What an answer may depend on: events, results of aggregations, or results of metrics jobs. */
export type DataSource = 'events' | 'aggregates' | 'metrics';

export interface AnswerBody {
  /** Everything but `meta`. */
  fields: object;
  /** Absent if the answer has none. */
  meta?: object;
}

/** A query as of one moment, with all names resolved to instants. */
export interface ExecutableQuery {
  /** Everything the answer depends on besides the data: with the same meaning and data it is the same. */
  meaning: unknown;
  /** The answer depends only on events in this range. */
  span: TimeRange;
  /** The meaning changes every millisecond, so the same query is not made again. */
  isTransient: boolean;
  /** Checks what only Postgres can, before anything is read. @throws ServiceError `invalid_request`. */
  check?: (signal: AbortSignal) => Promise<void>;
  /** `client` must be in a transaction with one snapshot. */
  read: (client: PoolClient, reads: ReadOptions, signal: AbortSignal) => Promise<AnswerBody>;
  /** Timeout of each statement, if not the default. */
  longestMs?: number | undefined;
}

export interface CacheableQuery {
  /** First part of the answer's name: the id of a dataset, or `stats`, `query`, `overview`, `funnel`, `retention`, `journeys`. */
  kind: string;
  siteId: string;
  /** The whole request, as JSON. */
  request: unknown;
  /** What the answer depends on. */
  sources: readonly DataSource[];
  /** The meaning depends on the first or last event of the site. */
  needsEvents: boolean;
  /** @throws ServiceError `invalid_request` for a range that is not supported. */
  resolve: (site: SiteContext) => ExecutableQuery;
}

/** True if one of the instants follows the clock to the millisecond. */
export const followsClock = (instants: Date[], now: Date): boolean =>
  now.getTime() % 60_000 !== 0 && instants.some((instant) => (now.getTime() - instant.getTime()) % 60_000 === 0);

/** The range from the earliest to the latest instant. */
export function spanOf(instants: Date[]): TimeRange {
  const times = instants.map((instant) => instant.getTime());
  return { from: new Date(Math.min(...times)), to: new Date(Math.max(...times)) };
}

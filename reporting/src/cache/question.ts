/** What is asked of a site, in the shape that answers are kept by. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { TimeRange } from '../query/resolved-query.js';
import type { ReadOptions } from '../reading/admit-read.js';
import type { SiteContext } from '../reading/site-context.js';

/** What an answer may depend on: events, what aggregations wrote, what metrics jobs wrote. */
export type DataSource = 'events' | 'aggregates' | 'metrics';

/** An answer as JSON has it. */
export interface AnswerBody {
  /** All but `meta`. */
  fields: object;
  /** Absent for an answer that has none. */
  meta?: object;
}

/** A question as of one moment: instants for names. */
export interface ResolvedQuestion {
  /** Two that mean the same have the same answer on the same data. */
  meaning: unknown;
  /** The answer depends on no other events than these. */
  span: TimeRange;
  /** True when it means something else a millisecond later, so that nobody asks the same again. */
  isMomentary: boolean;
  /** Looks at what only Postgres can tell, before anything is read. @throws ServiceError `invalid_request`. */
  check?: (signal: AbortSignal) => Promise<void>;
  /** `client` is inside a transaction with one snapshot. */
  read: (client: PoolClient, reads: ReadOptions, signal: AbortSignal) => Promise<AnswerBody>;
  /** Limit for each statement, where it is another than the usual one. */
  longestMs?: number | undefined;
}

export interface Question {
  /** What it is called by patterns of names: the id of a dataset, or `stats`, `query`, `overview`, `funnel`, `retention`, `journeys`. */
  kind: string;
  siteId: string;
  /** All that was asked, as it was asked; JSON. */
  asked: unknown;
  /** What the answer depends on. */
  reads: readonly DataSource[];
  /** True when its meaning depends on the first or the last event of the site. */
  needsEvents: boolean;
  /** @throws ServiceError `invalid_request` for a range that it does not take. */
  resolve: (site: SiteContext) => ResolvedQuestion;
}

/** True when an instant of a meaning follows the clock to the millisecond. */
export const followsClock = (instants: Date[], now: Date): boolean =>
  now.getTime() % 60_000 !== 0 && instants.some((instant) => (now.getTime() - instant.getTime()) % 60_000 === 0);

/** The range from the earliest to the latest of some instants. */
export function spanOf(instants: Date[]): TimeRange {
  const times = instants.map((instant) => instant.getTime());
  return { from: new Date(Math.min(...times)), to: new Date(Math.max(...times)) };
}

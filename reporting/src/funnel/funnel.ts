import type { Filter, FilterDimension, TimeRange } from '../query/resolved-query.js';
import type { FunnelTally } from './tally-funnel.js';
import type { FunnelRules } from './walk-funnel.js';

export interface Funnel {
  siteId: string;
  range: TimeRange;
  /** Every event must match it. */
  filter?: Filter;
  /** The filter of each step. */
  steps: Filter[];
  /** Longest time from the event of the first step to that of the last. */
  windowMs: number;
  /** All steps must happen within one visit; otherwise within all of a user's events. */
  byVisit?: boolean;
  /** Steps after the first may happen after the end of the range, within the window. */
  pastEnd?: boolean;
  /** Users are grouped by its value at their first event that matches the first step; of simultaneous ones, the event with the lowest id. */
  breakdown?: Exclude<FilterDimension, 'user_id' | 'session_id'>;
}

export interface FunnelAnswer extends FunnelTally {
  textOf(value: number): string | null;
  source: 'segments' | 'mixed' | 'raw';
}

/** The range in which events count. */
export const eventRange = ({ range, windowMs, pastEnd }: Funnel): TimeRange => ({
  from: range.from,
  // The window includes its last instant.
  to: pastEnd ? new Date(range.to.getTime() + windowMs + 1) : range.to,
});

export const rulesOf = ({ steps, windowMs, range }: Funnel): FunnelRules => ({
  steps: steps.length,
  windowMicros: windowMs * 1_000,
  startsBefore: range.to.getTime() * 1_000,
});

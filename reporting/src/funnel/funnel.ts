/** A funnel without names left to look up, and what its answer is made of. */
import type { Filter, FilterDimension, TimeRange } from '../query/resolved-query.js';
import type { FunnelTally } from './tally-funnel.js';
import type { FunnelRules } from './walk-funnel.js';

export interface Funnel {
  siteId: string;
  range: TimeRange;
  /** What every event must match. */
  filter?: Filter;
  /** What the event of each step must match. */
  steps: Filter[];
  /** Longest time between the event of the first step and that of the last. */
  windowMs: number;
  /** All steps within one visit; else within all that a user does. */
  byVisit?: boolean;
  /** Steps after the first may lie behind the end of the range, as far as the window reaches. */
  pastEnd?: boolean;
  /** What users are told apart by: its value at their first event that matches the first step; of several at that instant, the one with the least id. */
  breakdown?: Exclude<FilterDimension, 'user_id' | 'session_id'>;
}

export interface FunnelAnswer extends FunnelTally {
  textOf(value: number): string | null;
  source: 'segments' | 'mixed' | 'raw';
}

/** When events count. */
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

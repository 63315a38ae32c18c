import type { NumberColumn } from './count-numbers.js';
import type { GroupKey } from './group-rows.js';
import type { Selection, VisitSelection } from './select-parts.js';

/** Codes are those of column `event_type`. */
export interface CountPlan extends Selection {
  keys: GroupKey[];
  withEvents: boolean;
  /** Undefined when views are not counted. */
  viewCode?: number;
  /** Event types that are counted separately. */
  typeCodes: number[];
  withVisitors: boolean;
  /** Counts visitors with a view, and their views. */
  withViewers: boolean;
  /** Counts the distinct visitors of all groups together. */
  withTotalVisitors: boolean;
  /** Columns whose numbers are aggregated. */
  numbers: NumberColumn[];
  /** Undefined when the query does not use visits. */
  visits?: VisitSelection & { isCounted: boolean; withMedian: boolean };
}

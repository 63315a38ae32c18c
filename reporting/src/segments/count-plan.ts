/** What a question counts, in terms of codes. */
import type { NumberColumn } from './count-numbers.js';
import type { GroupKey } from './group-rows.js';
import type { Selection, VisitSelection } from './select-parts.js';

/** What is counted besides events; codes are of column `event_type`. */
export interface CountPlan extends Selection {
  keys: GroupKey[];
  withEvents: boolean;
  /** Undefined when views are not wanted. */
  viewCode?: number;
  /** Each has a count of its own. */
  typeCodes: number[];
  withVisitors: boolean;
  /** Visitors with a view, and their views. */
  withViewers: boolean;
  /** Visitors of all groups together. */
  withTotalVisitors: boolean;
  /** Columns of which numbers are counted. */
  numbers: NumberColumn[];
  /** Undefined where nothing is asked about visits. */
  visits?: VisitSelection & { isCounted: boolean; withMedian: boolean };
}

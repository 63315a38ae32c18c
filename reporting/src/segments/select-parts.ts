/** Rows that a question is about, of all parts, whose visits are numbered where something is asked about them. */
import type { Visits } from './number-visits.js';
import { type Part, throwIfCancelled } from './part.js';
import type { SharedTask } from './run-on-threads.js';
import { type FilterPlan, type RowList, rowsOfVisitors, selectRows } from './select-rows.js';
import { type VisitTask, withVisits } from './visit-columns.js';
import { clipWindows } from './walk-rows.js';

/** Selected rows of one part. */
export interface Selection {
  part: Part;
  list: RowList;
}

export interface VisitsInRange extends VisitTask {
  /** Parts reach beyond the range, so that visits are whole: events count in these milliseconds since 1970. */
  range: [from: number, to: number];
}

/** @throws CancelledError */
export function selectParts(
  { parts, visitors, lastVisitor, cancellation }: SharedTask,
  filter?: FilterPlan,
  visits?: VisitsInRange,
): { selections: Selection[]; visits?: Visits } {
  const numbered = visits && withVisits(parts, visitors, lastVisitor, visits);
  const selections = (numbered?.parts ?? parts).map((part) => {
    throwIfCancelled(cancellation);
    const clipped = visits ? clipWindows(part, visits.range) : part;
    const list = clipped ? rowsOfVisitors(part, ...visitors) : new Uint32Array();
    return { part, list: selectRows(clipped ?? part, filter, list) };
  });
  return { selections, ...(numbered && { visits: numbered.visits }) };
}

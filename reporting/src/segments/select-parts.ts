/** Which rows of the parts that a thread is given count. */
import type { NumberedVisits } from './number-visits.js';
import { type Part, type SharedTask, throwIfCancelled } from './part.js';
import { type FilterPlan, type Rows, rowsOfVisitors, selectRows } from './select-rows.js';
import { inSequence } from './sequence-parts.js';
import { type VisitTask, withVisits } from './visit-columns.js';
import { clipWindows } from './windows.js';

export interface VisitSelection extends VisitTask {
  /** Parts reach beyond the range, so that visits are whole: events count in these milliseconds since 1970. */
  range: [from: number, to: number];
}

export interface Selection {
  filter?: FilterPlan;
  /** Undefined where nothing is asked about visits. */
  visits?: VisitSelection;
}

export interface SelectedRows {
  part: Part;
  rows: Rows;
}

/** Rows that count, of parts whose visits are numbered where something is asked about them: these follow each other in time. */
export function selectParts(
  { parts, visitors, cancellation }: SharedTask,
  { filter, visits }: Selection,
): { rows: SelectedRows[]; visits: NumberedVisits | undefined } {
  const numbered = visits && withVisits(inSequence(parts), visitors, visits);
  const rows = (numbered?.parts ?? parts).map((part) => {
    throwIfCancelled(cancellation);
    const clipped = visits ? clipWindows(part, visits.range) : part;
    const own = clipped ? rowsOfVisitors(part, ...visitors) : new Uint32Array();
    return { part, rows: selectRows(clipped ?? part, filter, own) };
  });
  return { rows, visits: numbered?.visits };
}

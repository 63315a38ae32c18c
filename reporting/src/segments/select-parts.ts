/** Which rows of the parts that a thread is given count. */

import { mergeOverlappingParts } from './merge-overlapping-parts.js';
import type { NumberedVisits } from './number-visits.js';
import { type Part, type SharedTask, throwIfCancelled } from './part.js';
import { type FilterPlan, type Rows, selectRows } from './select-rows.js';
import { addVisitColumns, type VisitTask } from './visit-columns.js';
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
  { parts, cancellation }: SharedTask,
  { filter, visits }: Selection,
): { rows: SelectedRows[]; visits: NumberedVisits | undefined } {
  const numbered = visits && addVisitColumns(mergeOverlappingParts(parts), visits);
  const rows = (numbered?.parts ?? parts).map((part) => {
    throwIfCancelled(cancellation);
    const clipped = visits ? clipWindows(part, visits.range) : part;
    return { part, rows: clipped ? selectRows(clipped, filter, 'all') : new Uint32Array() };
  });
  return { rows, visits: numbered?.visits };
}

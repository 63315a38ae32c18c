import { mergeOverlappingParts } from './merge-overlapping-parts.js';
import type { NumberedVisits } from './number-visits.js';
import { type Part, type SharedTask, throwIfCancelled } from './part.js';
import { type FilterPlan, type Rows, selectRows } from './select-rows.js';
import { addVisitColumns, type VisitTask } from './visit-columns.js';
import { clipWindows } from './windows.js';

export interface VisitSelection extends VisitTask {
  /** Milliseconds since 1970 in which events count; parts extend beyond it so that visits are complete. */
  range: [from: number, to: number];
}

export interface Selection {
  filter?: FilterPlan;
  /** Undefined when the query does not use visits. */
  visits?: VisitSelection;
}

export interface SelectedRows {
  part: Part;
  rows: Rows;
}

/** Selects the rows that count. If the query uses visits, parts that overlap in time are merged and visits numbered first. */
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

/** Visits as rows, for queries that count nothing else: there are far fewer visits than events. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import type { CountPlan } from './count-plan.js';
import type { NumberedVisits } from './number-visits.js';
import type { Part } from './part.js';
import type { SelectedRows } from './select-parts.js';
import { filteredColumns } from './select-rows.js';
import { taskUint32s } from './task-memory.js';
import { isVisitColumn, mapCodes, visitCodes } from './visit-columns.js';

/** Whether a plan counts only visits, and groups and filters them only by visit columns. */
export function countsWholeVisits(plan: CountPlan): boolean {
  const { keys, filter, typeCodes, viewCode } = plan;
  const ofUsers = plan.withVisitors || plan.withViewers || plan.withTotalVisitors;
  const ofEvents = plan.withEvents || ofUsers || plan.numbers.length > 0;
  if (!plan.visits?.isCounted || ofEvents || viewCode !== undefined || typeCodes.length > 0) return false;
  const columns = keys.map((key) => (key.by === 'time' ? 'time' : key.column));
  return [...columns, ...filteredColumns(filter)].every(isVisitColumn);
}

/** A 1 for each visit with a selected event; index 0 is for events without a visit. */
function selectedVisits(selected: SelectedRows[], count: number): Uint8Array {
  const found = new Uint8Array(count + 1);
  for (const { part, rows } of selected) {
    const visits = part.columns.get('visit')!;
    if (rows === 'all') for (let row = 0; row < part.rows; row += 1) found[visits[row]!] = 1;
    else for (let at = 0; at < rows.length; at += 1) found[visits[rows[at]!]!] = 1;
  }
  return found;
}

/** A part with one row for each visit with a selected event, and one for all events without a visit. */
export function rowsOfVisits(selected: SelectedRows[], visits: NumberedVisits, columns: Iterable<string>): Part {
  const parts = selected.map(({ part }) => part);
  const found = selectedVisits(selected, visits.count);
  const numbers = taskUint32s(found.length);
  let rows = 0;
  for (let visit = 0; visit < found.length; visit += 1) if (found[visit] === 1) numbers[rows++] = visit;
  const visit = numbers.subarray(0, rows);
  const visitColumns = new Map<string, Numbers>([['visit', visit]]);
  for (const column of columns) {
    visitColumns.set(column, mapCodes(visitCodes(column, parts, visits), visit));
  }
  return { rows, startMs: 0, columns: visitColumns };
}

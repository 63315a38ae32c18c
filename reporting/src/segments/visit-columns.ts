/** What a visit is like as columns of its events, so that they are filtered and grouped like any other. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { type NumberedVisits, numberVisits, type VisitPlan } from './number-visits.js';
import type { Part } from './part.js';
import { taskUint32s } from './task-memory.js';

/** Of columns of the visit's first event. */
export const visitPrefix = 'visit:';

/** The column whose codes a column of visits has. */
export function sourceColumn(column: string): string {
  if (column === 'entry_page' || column === 'exit_page') return 'path';
  return column.startsWith(visitPrefix) ? column.slice(visitPrefix.length) : column;
}

export const isVisitColumn = (column: string): boolean => sourceColumn(column) !== column;

/** The code of each visit, by number. */
export function visitCodes(column: string, parts: Part[], visits: NumberedVisits): Uint32Array {
  if (column === 'entry_page') return visits.entry;
  if (column === 'exit_page') return visits.exit;
  const lists = parts.map(({ columns }) => columns.get(sourceColumn(column)));
  const codes = taskUint32s(visits.count + 1);
  for (let visit = 1; visit <= visits.count; visit += 1) {
    codes[visit] = lists[visits.firstPart[visit]!]?.[visits.firstRow[visit]!] ?? 0;
  }
  return codes;
}

export interface VisitTask extends VisitPlan {
  /** Columns of visits that events are to have. */
  columns: string[];
}

/** `codes[numbers[row]]` for each row. */
export function mapCodes(codes: Uint32Array, numbers: Uint32Array): Uint32Array {
  const found = taskUint32s(numbers.length);
  for (let row = 0; row < found.length; row += 1) found[row] = codes[numbers[row]!]!;
  return found;
}

/**
 * The same parts with column `visit`, the number of the visit of each event, and the columns that are asked for. Parts follow each other in
 * time.
 */
export function addVisitColumns(parts: Part[], plan: VisitTask): { parts: Part[]; visits: NumberedVisits } {
  const visits = numberVisits(parts, plan);
  const codes = plan.columns.map((column) => [column, visitCodes(column, parts, visits)] as const);
  const extended = parts.map((part) => {
    const ofRows = visits.ofRows.get(part)!;
    const columns = new Map<string, Numbers>(part.columns).set('visit', ofRows);
    for (const [column, list] of codes) columns.set(column, mapCodes(list, ofRows));
    return { ...part, columns };
  });
  return { parts: extended, visits };
}

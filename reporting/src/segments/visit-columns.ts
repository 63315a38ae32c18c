/** Adds properties of visits to their events as columns, which are filtered and grouped like any other column. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { type NumberedVisits, numberVisits, type VisitPlan } from './number-visits.js';
import type { Part } from './part.js';
import { taskUint32s } from './task-memory.js';

/** Prefix of columns that have the value of the visit's first event. */
export const visitPrefix = 'visit:';

/** The event column whose codes a visit column uses. */
export function sourceColumn(column: string): string {
  if (column === 'entry_page' || column === 'exit_page') return 'path';
  return column.startsWith(visitPrefix) ? column.slice(visitPrefix.length) : column;
}

export const isVisitColumn = (column: string): boolean => sourceColumn(column) !== column;

/** The codes of a visit column, by visit number. */
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
  /** Visit columns to add to events. */
  columns: string[];
}

/** `codes[numbers[row]]` for each row. */
export function mapCodes(codes: Uint32Array, numbers: Uint32Array): Uint32Array {
  const found = taskUint32s(numbers.length);
  for (let row = 0; row < found.length; row += 1) found[row] = codes[numbers[row]!]!;
  return found;
}

/**
 * The same parts with column `visit`, the visit number of each event, and the requested visit columns. Parts must be in the order
 * of time without overlap.
 */
export function addVisitColumns(parts: Part[], plan: VisitTask): { parts: Part[]; visits: NumberedVisits } {
  const visits = numberVisits(parts, plan);
  const codes = plan.columns.map((column) => [column, visitCodes(column, parts, visits)] as const);
  const extended = parts.map((part) => {
    const rowVisits = visits.rowVisits.get(part)!;
    const columns = new Map<string, Numbers>(part.columns).set('visit', rowVisits);
    for (const [column, list] of codes) columns.set(column, mapCodes(list, rowVisits));
    return { ...part, columns };
  });
  return { parts: extended, visits };
}

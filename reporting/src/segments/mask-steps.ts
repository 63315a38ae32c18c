/** Computes which of several filters each row matches, as bits. */
import type { Part } from './part.js';
import { countRows, type FilterPlan, maskOf, type Rows } from './select-rows.js';

type Condition = Extract<FilterPlan, { op: 'in' }>;

/** The conditions of a filter that is a conjunction; undefined for any other filter. */
function toConditions(filter: FilterPlan): Condition[] | undefined {
  if (filter.op === 'in') return [filter];
  if (filter.op !== 'and') return undefined;
  const lists = filter.filters.map(toConditions);
  return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
}

/** For each column, a table of codes with the bits of the filters that the code does not rule out. */
function buildTables(filters: Condition[][]): Map<string, Uint8Array> {
  const tables = new Map<string, Uint8Array>();
  for (const { column, allowed } of filters.flat()) {
    if (!tables.has(column)) tables.set(column, new Uint8Array(allowed.length).fill(0xff));
  }
  for (const [bit, conditions] of filters.entries()) {
    for (const { column, allowed } of conditions) {
      const table = tables.get(column)!;
      for (let code = 0; code < table.length; code += 1) if (allowed[code] !== 1) table[code]! &= ~(1 << bit);
    }
  }
  return tables;
}

/** Returns a bit for each filter that a row matches. There must be at most eight filters. */
export function maskSteps(part: Part, filters: FilterPlan[], rows: Rows): Uint8Array {
  const masks = new Uint8Array(countRows(part, rows));
  const conditions = filters.map(toConditions);
  if (conditions.every((list) => list !== undefined)) {
    masks.fill(2 ** filters.length - 1);
    for (const [column, table] of buildTables(conditions)) {
      const codes = part.columns.get(column);
      if (!codes) for (let at = 0; at < masks.length; at += 1) masks[at]! &= table[0]!;
      else if (rows === 'all') for (let at = 0; at < masks.length; at += 1) masks[at]! &= table[codes[at]!]!;
      else for (let at = 0; at < masks.length; at += 1) masks[at]! &= table[codes[rows[at]!]!]!;
    }
    return masks;
  }
  for (const [bit, filter] of filters.entries()) {
    const mask = maskOf(part, filter, rows);
    for (let at = 0; at < masks.length; at += 1) masks[at]! |= mask[at]! << bit;
  }
  return masks;
}

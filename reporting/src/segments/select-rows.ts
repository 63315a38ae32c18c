/** Selects the rows of a part that are in its windows and match a filter. */
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { Numbers } from '@millrace/shared/segments/number-block';
import type { Part } from './part.js';
import { everyRow } from './shared-arrays.js';
import { taskUint32s } from './task-memory.js';

/** A filter in terms of codes: `allowed` has a 1 for each code that matches. */
export type FilterPlan =
  | { op: 'in'; column: string; allowed: Uint8Array }
  | { op: 'and' | 'or'; filters: FilterPlan[] }
  | { op: 'not'; filter: FilterPlan };

/** The columns that a filter reads. */
export function filteredColumns(filter: FilterPlan | undefined): string[] {
  if (filter === undefined) return [];
  if (filter.op === 'in') return [filter.column];
  return filter.op === 'not' ? filteredColumns(filter.filter) : filter.filters.flatMap(filteredColumns);
}

/** Row numbers, ascending. */
export type RowList = Uint32Array;
/** Some rows of a part, or all of them. */
export type Rows = RowList | 'all';

export const countRows = (part: Part, rows: Rows): number => (rows === 'all' ? part.rows : rows.length);

/** The values of a column in these rows. */
export function pick(numbers: Numbers | undefined, rows: Rows): Numbers | undefined {
  if (rows === 'all' || numbers === undefined) return numbers;
  const picked = taskUint32s(rows.length);
  for (let at = 0; at < rows.length; at += 1) picked[at] = numbers[rows[at]!]!;
  return picked;
}

/** The rows as a list, which must not be written to. */
export const toRowList = (part: Part, rows: Rows): RowList => (rows === 'all' ? everyRow(part.rows) : rows);

/** Those of `rows` that are in the windows of the part. */
function withinWindows(part: Part, rows: Rows): Rows {
  const { startMs, columns, windows } = part;
  if (windows === undefined) return rows;
  const time = columns.get('time');
  const [from, to] = [windows[0]! - startMs, windows.at(-1)! - startMs];
  const list = toRowList(part, rows);
  const kept = taskUint32s(list.length);
  const inOne = windows.length === 2;
  const isOpen = inOne ? undefined : openIntervals(windows);
  const firstInterval = Math.floor(windows[0]! / intervalMs);
  let count = 0;
  for (let at = 0; at < list.length; at += 1) {
    const ms = time === undefined ? 0 : time[list[at]!]!;
    if (ms < from || ms >= to) continue;
    if (isOpen && isOpen[Math.floor((startMs + ms) / intervalMs) - firstInterval] === 0) continue;
    kept[count++] = list[at]!;
  }
  return count === part.rows ? 'all' : kept.subarray(0, count);
}

/** A 1 for each interval in a window, starting with the interval of the first bound. */
function openIntervals(windows: readonly number[]): Uint8Array {
  const first = Math.floor(windows[0]! / intervalMs);
  const open = new Uint8Array(Math.ceil(windows.at(-1)! / intervalMs) - first);
  for (let at = 0; at < windows.length; at += 2) {
    open.fill(1, Math.floor(windows[at]! / intervalMs) - first, Math.ceil(windows[at + 1]! / intervalMs) - first);
  }
  return open;
}

function filterByCodes(part: Part, column: string, allowed: Uint8Array, rows: Rows): Rows {
  const codes = part.columns.get(column);
  if (codes === undefined) return allowed[0] === 1 ? rows : new Uint32Array();
  const kept = taskUint32s(countRows(part, rows));
  if (rows !== 'all') return kept.subarray(0, keepListed(codes, rows, allowed, kept));
  const count =
    codes instanceof Uint8Array && isLittleEndian
      ? keepBytes(codes, pairsOf(allowed), kept)
      : keepAll(codes, allowed, kept);
  return kept.subarray(0, count);
}

function keepListed(codes: Numbers, rows: RowList, allowed: Uint8Array, kept: Uint32Array): number {
  let count = 0;
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at]!;
    kept[count] = row;
    count += allowed[codes[row]!]!;
  }
  return count;
}

function keepAll(codes: Numbers, allowed: Uint8Array, kept: Uint32Array): number {
  let count = 0;
  for (let row = 0; row < kept.length; row += 1) {
    kept[count] = row;
    count += allowed[codes[row]!]!;
  }
  return count;
}

/** Whether the first of two bytes read as one number is the lower one, as on nearly every machine. */
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Which codes of a pair match, indexed by the 16 bits of both: bit 0 for the first, bit 1 for the second. */
const cachedPairs = new WeakMap<Uint8Array, Uint8Array>();

function pairsOf(allowed: Uint8Array): Uint8Array {
  const cached = cachedPairs.get(allowed);
  if (cached) return cached;
  const pairs = new Uint8Array(2 ** 16);
  for (let code = 0; code < Math.min(allowed.length, 2 ** 8); code += 1) {
    if (allowed[code] === 1) pairs.fill(2, code << 8, (code + 1) << 8);
  }
  for (let code = 0; code < Math.min(allowed.length, 2 ** 8); code += 1) {
    if (allowed[code] === 1) for (let pair = code; pair < pairs.length; pair += 2 ** 8) pairs[pair]! |= 1;
  }
  cachedPairs.set(allowed, pairs);
  return pairs;
}

/**
 * Like `keepAll`, but two codes at a time: usually neither matches, and events of a visitor, with the same codes, are adjacent.
 */
function keepBytes(codes: Uint8Array, pairs: Uint8Array, kept: Uint32Array): number {
  const first = codes.byteOffset % 2;
  const twos = new Uint16Array(codes.buffer, codes.byteOffset + first, Math.max(0, codes.length - first) >>> 1);
  let count = 0;
  if (first === 1 && codes.length > 0 && pairs[codes[0]!]! & 1) kept[count++] = 0;
  for (let at = 0; at < twos.length; at += 1) {
    const fit = pairs[twos[at]!]!;
    if (fit === 0) continue;
    kept[count] = first + 2 * at;
    count += fit & 1;
    kept[count] = first + 2 * at + 1;
    count += fit >>> 1;
  }
  const last = first + 2 * twos.length;
  if (last < codes.length && pairs[codes[last]!]! & 1) kept[count++] = last;
  return count;
}

/** Returns a 1 for each row that matches. */
export function maskOf(part: Part, filter: FilterPlan, rows: Rows): Uint8Array {
  if (filter.op === 'in') {
    const codes = pick(part.columns.get(filter.column), rows);
    const mask = new Uint8Array(countRows(part, rows));
    if (codes === undefined) return mask.fill(filter.allowed[0]!);
    for (let at = 0; at < mask.length; at += 1) mask[at] = filter.allowed[codes[at]!]!;
    return mask;
  }
  if (filter.op === 'not') return maskOf(part, filter.filter, rows).map((fits) => 1 - fits);
  const whole = new Uint8Array(countRows(part, rows)).fill(filter.op === 'and' ? 1 : 0);
  for (const inner of filter.filters) {
    const mask = maskOf(part, inner, rows);
    for (let at = 0; at < mask.length; at += 1) {
      if (filter.op === 'and') whole[at]! &= mask[at]!;
      else whole[at]! |= mask[at]!;
    }
  }
  return whole;
}

function filterRows(part: Part, filter: FilterPlan, rows: Rows): Rows {
  if (filter.op === 'in') return filterByCodes(part, filter.column, filter.allowed, rows);
  if (filter.op === 'and') return filter.filters.reduce((left, inner) => filterRows(part, inner, left), rows);
  const mask = maskOf(part, filter, rows);
  return toRowList(part, rows).filter((_, at) => mask[at] === 1);
}

/** Those of `rows` that are in the part's windows and match the filter. */
export function selectRows(part: Part, filter: FilterPlan | undefined, rows: Rows): Rows {
  const inTime = withinWindows(part, rows);
  return filter === undefined ? inTime : filterRows(part, filter, inTime);
}

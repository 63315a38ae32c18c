/** Rows that several counts are made of, gathered from all parts into one: in the order of visitors, without what was not selected. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { orderRows } from '@millrace/shared/segments/order-rows';
import type { Part } from './part.js';
import type { SelectedRows } from './select-parts.js';
import { listOf, type RowList } from './select-rows.js';

interface Listed {
  part: Part;
  list: RowList;
}

export interface GatheredRows {
  /** Parts that have `columns`. What is in `later` besides is kept for the next call, if it is there already. */
  partsWith(columns: ReadonlySet<string>, later: ReadonlySet<string>): Part[];
}

/** Rows are counted by id unless ids go so far beyond the number of rows. */
const mostPerRow = 8;

/** A part holds milliseconds in 32 bits. */
const longestMs = 2 ** 32;

function lastMs({ part: { startMs, columns }, list }: Listed): number {
  const time = columns.get('time');
  let last = 0;
  for (let at = 0; time && at < list.length; at += 1) last = Math.max(last, time[list[at]!]!);
  return startMs + last;
}

/** Selections that one part can hold the times of. */
function stretchesOf(selections: Listed[]): Listed[][] {
  const stretches: Listed[][] = [];
  for (const selection of [...selections].sort((a, b) => a.part.startMs - b.part.startMs)) {
    const stretch = stretches.at(-1);
    if (stretch && lastMs(selection) - stretch[0]!.part.startMs < longestMs) stretch.push(selection);
    else stretches.push([selection]);
  }
  return stretches;
}

/** For each of the rows its place in the order of ids. */
function placesOf(ids: Uint32Array): Uint32Array {
  const places = new Uint32Array(ids.length);
  let most = 0;
  for (let row = 0; row < ids.length; row += 1) if (ids[row]! > most) most = ids[row]!;
  if (most > mostPerRow * ids.length) {
    const order = orderRows([ids]);
    for (let place = 0; place < order.length; place += 1) places[order[place]!] = place;
    return places;
  }
  const next = new Uint32Array(most + 2);
  for (let row = 0; row < ids.length; row += 1) next[ids[row]! + 1]! += 1;
  for (let id = 0; id <= most; id += 1) next[id + 1]! += next[id]!;
  for (let row = 0; row < ids.length; row += 1) places[row] = next[ids[row]!]!++;
  return places;
}

/** Puts the numbers of a list of rows at their places. */
function spread(numbers: Numbers, list: RowList, to: Uint32Array, places: Uint32Array): void {
  for (let at = 0; at < list.length; at += 1) to[places[at]!] = numbers[list[at]!]!;
}

/** A column of all selections, each row at its place. Undefined where no part has it. */
function join(selections: Listed[], column: string, places: Uint32Array): Uint32Array | undefined {
  if (selections.every(({ part }) => !part.columns.has(column))) return undefined;
  const joined = new Uint32Array(places.length);
  let first = 0;
  for (const { part, list } of selections) {
    const numbers = part.columns.get(column);
    if (numbers) spread(numbers, list, joined, places.subarray(first, first + list.length));
    first += list.length;
  }
  return joined;
}

/** Milliseconds since `startMs`. */
function joinTimes(selections: Listed[], startMs: number, places: Uint32Array): Uint32Array {
  const times = join(selections, 'time', places) ?? new Uint32Array(places.length);
  let first = 0;
  for (const { part, list } of selections) {
    for (let at = first; at < first + list.length; at += 1) times[places[at]!]! += part.startMs - startMs;
    first += list.length;
  }
  return times;
}

function gather(
  selections: Listed[],
  by: 'visitor' | 'visit',
): (columns: ReadonlySet<string>, later: ReadonlySet<string>) => Part {
  const rows = selections.reduce((sum, { list }) => sum + list.length, 0);
  const { startMs } = selections[0]!.part;
  const asTheyAre = new Uint32Array(rows);
  for (let row = 0; row < rows; row += 1) asTheyAre[row] = row;
  const ids = join(selections, by, asTheyAre);
  const places = ids ? placesOf(ids) : asTheyAre;
  const kept = new Map<string, Uint32Array>();
  return (columns, later) => {
    for (const column of kept.keys()) if (!columns.has(column) && !later.has(column)) kept.delete(column);
    for (const column of columns) {
      if (kept.has(column)) continue;
      const joined = column === 'time' ? joinTimes(selections, startMs, places) : join(selections, column, places);
      if (joined) kept.set(column, joined);
    }
    return { rows, startMs, columns: kept };
  };
}

/**
 * Columns are gathered when they are first asked for. Numbers of visits ascend by visitor, too. `withTime` where `time` is one of the
 * columns.
 */
export function gatherRows(selected: SelectedRows[], by: 'visitor' | 'visit', withTime: boolean): GatheredRows {
  const lists = selected.map(({ part, rows }) => ({ part, list: listOf(part, rows) }));
  const found = lists.filter(({ list }) => list.length > 0);
  const stretches = withTime ? stretchesOf(found) : found.length > 0 ? [found] : [];
  const gathered = stretches.map((stretch) => gather(stretch, by));
  return { partsWith: (columns, later) => gathered.map((columnsOf) => columnsOf(columns, later)) };
}

/** Rows that several counts are made of, gathered from all parts into one: in the order of visitors, without what was not selected. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import type { Part } from './part.js';
import type { SelectedRows } from './select-parts.js';
import { listOf } from './select-rows.js';
import { blockVisitors, type ListedRows, visitorBlocks } from './visitor-blocks.js';
import { firstMs } from './windows.js';

export interface GatheredRows {
  /** Parts that have `columns`. What is in `later` besides is kept for the next call, if it is there already. */
  partsWith(columns: ReadonlySet<string>, later: ReadonlySet<string>): Part[];
}

/** A part holds milliseconds in 32 bits. */
const longestMs = 2 ** 32;

function lastTime({ part: { startMs, columns }, rows }: ListedRows): number {
  const time = columns.get('time');
  let last = 0;
  for (let at = 0; time && at < rows.length; at += 1) last = Math.max(last, time[rows[at]!]!);
  return startMs + last;
}

/** Selections that one part can hold the times of; given in the order of their times. */
function stretchesOf(selections: ListedRows[]): ListedRows[][] {
  const stretches: { lists: ListedRows[]; from: number; to: number }[] = [];
  for (const selection of selections) {
    const own = { from: selection.part.startMs, to: lastTime(selection) };
    const stretch = stretches.at(-1);
    const both = stretch && { from: Math.min(stretch.from, own.from), to: Math.max(stretch.to, own.to) };
    if (stretch && both!.to - both!.from < longestMs) Object.assign(stretch, both).lists.push(selection);
    else stretches.push({ lists: [selection], ...own });
  }
  return stretches.map(({ lists }) => lists);
}

/** Rows of one list, from a place to before another, that belong to one block of visitors. */
interface Run {
  list: ListedRows;
  /** What its rows are in the whole. */
  places: Uint32Array;
  from: number;
  to: number;
}

/** All rows in runs; where the rows of a block go stays in the processor's cache while they are put there. */
function runsByVisitor(lists: ListedRows[]): Run[] {
  const runs: Run[] = [];
  const places = lists.map(({ rows }) => new Uint32Array(rows.length));
  const next = new Uint32Array(blockVisitors + 1);
  let end = 0;
  for (const [at, list] of lists.entries()) {
    const visitors = list.part.columns.get('visitor');
    let to = 0;
    while (to < list.rows.length && !visitors?.[list.rows[to]!]) places[at]![to++] = end++;
    runs.push({ list, places: places[at]!, from: 0, to });
  }
  for (const { visitor, from, to } of visitorBlocks(lists)) {
    const ofBlock = lists.map((list, at) => ({ list, places: places[at]!, from: from[at]!, to: to[at]! }));
    next.fill(0);
    for (const run of ofBlock) countVisitors(run, visitor, next);
    next[0] = end;
    for (let number = 0; number < blockVisitors; number += 1) next[number + 1]! += next[number]!;
    end = next[blockVisitors]!;
    for (const run of ofBlock) placeRows(run, visitor, next);
    runs.push(...ofBlock.filter((run) => run.from < run.to));
  }
  return runs;
}

function countVisitors({ list: { part, rows }, from, to }: Run, first: number, counts: Uint32Array): void {
  const visitors = part.columns.get('visitor');
  for (let at = from; visitors && at < to; at += 1) counts[visitors[rows[at]!]! - first + 1]! += 1;
}

function placeRows({ list: { part, rows }, places, from, to }: Run, first: number, next: Uint32Array): void {
  const visitors = part.columns.get('visitor');
  for (let at = from; visitors && at < to; at += 1) {
    const number = visitors[rows[at]!]! - first;
    const place = next[number]!;
    places[at] = place;
    next[number] = place + 1;
  }
}

function spread(numbers: Numbers, { list: { rows }, places, from, to }: Run, joined: Uint32Array): void {
  for (let at = from; at < to; at += 1) joined[places[at]!] = numbers[rows[at]!]!;
}

/** A column of all rows, each at its place. Undefined where no part has it. */
function join(runs: Run[], column: string, count: number): Uint32Array | undefined {
  if (runs.every(({ list }) => !list.part.columns.has(column))) return undefined;
  const joined = new Uint32Array(count);
  for (const run of runs) {
    const numbers = run.list.part.columns.get(column);
    if (numbers) spread(numbers, run, joined);
  }
  return joined;
}

/** Milliseconds since `startMs`. */
function joinTimes(runs: Run[], startMs: number, count: number): Uint32Array {
  const times = join(runs, 'time', count) ?? new Uint32Array(count);
  for (const { list, places, from, to } of runs) {
    const later = list.part.startMs - startMs;
    for (let at = from; at < to; at += 1) times[places[at]!]! += later;
  }
  return times;
}

/** Rows of each visitor are in the order of time, where parts follow each other in it. */
function gather(lists: ListedRows[]): (columns: ReadonlySet<string>, later: ReadonlySet<string>) => Part {
  const count = lists.reduce((sum, { rows }) => sum + rows.length, 0);
  const startMs = Math.min(...lists.map(({ part }) => part.startMs));
  let runs: Run[] | undefined;
  const kept = new Map<string, Uint32Array>();
  return (columns, later) => {
    runs ??= runsByVisitor(lists);
    for (const column of kept.keys()) if (!columns.has(column) && !later.has(column)) kept.delete(column);
    for (const column of columns) {
      if (kept.has(column)) continue;
      const joined = column === 'time' ? joinTimes(runs, startMs, count) : join(runs, column, count);
      if (joined) kept.set(column, joined);
    }
    return { rows: count, startMs, columns: kept };
  };
}

/** Columns are gathered when they are first asked for. `withTime` where `time` is one of the columns. */
export function gatherRows(selected: SelectedRows[], withTime: boolean): GatheredRows {
  const lists = selected.map(({ part, rows }) => ({ part, rows: listOf(part, rows) }));
  // A part may begin long before the first of its events that count.
  const found = lists.filter(({ rows }) => rows.length > 0).sort((a, b) => firstMs(a.part) - firstMs(b.part));
  const stretches = withTime ? stretchesOf(found) : found.length > 0 ? [found] : [];
  const gathered = stretches.map(gather);
  return { partsWith: (columns, later) => gathered.map((columnsOf) => columnsOf(columns, later)) };
}

/** Counts visitors by the period of their first event, and by the periods in which they come again. */
import { addTables, emptyTable, type ReturnTable } from '../retention/return-table.js';
import { type BucketFinder, createBucketFinder } from './bucket-rows.js';
import { type GroupKey, valuesOf } from './group-rows.js';
import { type Part, type SharedTask, throwIfCancelled } from './part.js';
import { type SelectedRows, type Selection, selectParts } from './select-parts.js';
import { type FilterPlan, type RowList, selectRows, toRowList } from './select-rows.js';
import { lastMs } from './windows.js';

export interface RetentionPlan extends Selection {
  first?: FilterPlan;
  returning?: FilterPlan;
  /** Of periods, in milliseconds since 1970. */
  bounds: number[];
  /** What cohorts are told apart by. */
  value?: GroupKey;
  /** For each value the number of its table, from 1 on; 0 for none. Without it visitors of each value are counted. */
  tableOf?: Uint32Array;
  tables: number;
}

export interface RetentionTask extends SharedTask {
  kind: 'returns';
  plan: RetentionPlan;
}

export interface CountedRetention {
  /** That of all, then those of values. */
  tables: ReturnTable[];
  /** Visitors by the value of their first event; empty where there is no question for it. */
  ofValues: Uint32Array;
}

/** What is known of each visitor, by number from the first one of the thread on. */
interface VisitorStates {
  from: number;
  /** Instant of the first event in microseconds; infinity where there is none. */
  first: Float64Array;
  cohort: Uint8Array;
  value: Uint32Array;
  /** A bit for each period. */
  returned: Uint32Array;
  /** Numbers of 32 bits for each visitor. */
  words: number;
}

/** More than there are periods. */
const noCohort = 255;

function createVisitorStates({ visitors: [from, to], lastVisitor, plan }: RetentionTask): VisitorStates {
  const count = Math.max(0, Math.min(to, lastVisitor + 1) - from);
  const words = Math.ceil((plan.bounds.length - 1) / 32);
  return {
    ...{ from, words },
    first: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
    cohort: new Uint8Array(count).fill(noCohort),
    value: new Uint32Array(plan.value ? count : 0),
    returned: new Uint32Array(count * words),
  };
}

/** Rows in the range that fit a part of the question. */
const matchingRows = ({ part, rows: selected }: SelectedRows, filter: FilterPlan | undefined): RowList => {
  const { rows, startMs, columns } = part;
  return toRowList(part, selectRows({ rows, startMs, columns }, filter, selected));
};

function instantOf({ startMs, columns }: Part): (row: number) => number {
  const [time, micros] = [columns.get('time'), columns.get('micros')];
  const start = startMs * 1_000;
  return (row) => start + (time ? time[row]! * 1_000 : 0) + (micros ? micros[row]! : 0);
}

/** Of each visitor the first one, since rows are in the order of visitors, and of time for each; without those of nobody. */
function firstOfEach({ columns }: Part, list: RowList): RowList {
  const visitors = columns.get('visitor');
  const kept = new Uint32Array(visitors ? list.length : 0);
  let [count, last] = [0, 0];
  for (let at = 0; at < kept.length; at += 1) {
    const visitor = visitors![list[at]!]!;
    if (visitor === last) continue;
    last = visitor;
    kept[count++] = list[at]!;
  }
  return kept.subarray(0, count);
}

interface TimedRows extends SelectedRows {
  /** Undefined where the rows lie in more than one. */
  period: number | undefined;
}

/** Most parts lie in one period: of their rows none is looked at by itself. */
function singlePeriodOf(part: Part, bounds: number[]): number | undefined {
  const from = Math.max(part.startMs, part.windows?.[0] ?? 0);
  const to = Math.min(lastMs(part), (part.windows?.at(-1) ?? Number.POSITIVE_INFINITY) - 1);
  const period = bounds.findLastIndex((bound) => bound <= from);
  return period >= 0 && to < bounds[period + 1]! ? period : undefined;
}

/** Events of one instant are in one part: the one with the least id comes first there. */
function recordFirst(selected: TimedRows, plan: RetentionPlan, periodsOf: BucketFinder, known: VisitorStates): void {
  const { part, period: ofAll } = selected;
  const list = firstOfEach(part, matchingRows(selected, plan.first));
  if (list.length === 0) return;
  const visitors = part.columns.get('visitor')!;
  const instant = instantOf(part);
  const periods = ofAll === undefined ? periodsOf(part, list) : undefined;
  const values = plan.value && valuesOf(plan.value)(part, list);
  for (let at = 0; at < list.length; at += 1) {
    const visitor = visitors[list[at]!]! - known.from;
    const period = ofAll ?? periods![at]!;
    if (period > known.cohort[visitor]!) continue;
    const micros = instant(list[at]!);
    if (micros >= known.first[visitor]!) continue;
    known.first[visitor] = micros;
    known.cohort[visitor] = period;
    if (values) known.value[visitor] = values[at]!;
  }
}

function recordReturns(selected: TimedRows, plan: RetentionPlan, periodsOf: BucketFinder, known: VisitorStates): void {
  const { part, period: ofAll } = selected;
  const list = matchingRows(selected, plan.returning);
  const visitors = part.columns.get('visitor');
  if (!visitors || list.length === 0) return;
  const { first, cohort, returned, words, from } = known;
  const instant = instantOf(part);
  const periods = ofAll === undefined ? periodsOf(part, list) : undefined;
  for (let at = 0; at < list.length; at += 1) {
    const number: number = visitors[list[at]!]!;
    if (number === 0) continue;
    const visitor = number - from;
    const period = ofAll ?? periods![at]!;
    const word = visitor * words + (period >>> 5);
    const bit = 1 << (period & 31);
    if ((returned[word]! & bit) !== 0) continue;
    // Where there is no cohort, this is less than none.
    const since = period - cohort[visitor]!;
    if (since > 0 || (since === 0 && instant(list[at]!) > first[visitor]!)) returned[word]! |= bit;
  }
}

function countVisitor(table: ReturnTable, visitor: number, { cohort, returned, words }: VisitorStates): void {
  const row = cohort[visitor]!;
  const { sizes } = table;
  sizes[row]! += 1;
  for (let word = 0; word < words; word += 1) {
    for (let rest = returned[visitor * words + word]!; rest !== 0; rest &= rest - 1) {
      table.returned[row * sizes.length + word * 32 + 31 - Math.clz32(rest & -rest)]! += 1;
    }
  }
}

/** A visitor returns in a period by a later event than the first one, be it in the same period. */
export function countRetention(task: RetentionTask): CountedRetention {
  const { plan, cancellation } = task;
  const known = createVisitorStates(task);
  const periodsOf = createBucketFinder({ bounds: plan.bounds });
  const rows = selectParts(task, plan).rows.map((selected) => ({
    ...selected,
    period: singlePeriodOf(selected.part, plan.bounds),
  }));
  for (const note of [recordFirst, recordReturns]) {
    for (const selected of rows) {
      throwIfCancelled(cancellation);
      note(selected, plan, periodsOf, known);
    }
  }
  return countVisitors(plan, known);
}

function countVisitors(
  { bounds, value: key, tableOf, tables: count }: RetentionPlan,
  known: VisitorStates,
): CountedRetention {
  const { cohort, value } = known;
  const tables = Array.from({ length: count }, () => emptyTable(bounds.length - 1));
  const ofValues = new Uint32Array(key && !tableOf ? key.size : 0);
  for (let visitor = 0; visitor < cohort.length; visitor += 1) {
    if (cohort[visitor] === noCohort) continue;
    countVisitor(tables[0]!, visitor, known);
    if (!key) continue;
    const table = tableOf?.[value[visitor]!] ?? 0;
    if (table > 0) countVisitor(tables[table]!, visitor, known);
    if (!tableOf) ofValues[value[visitor]!]! += 1;
  }
  return { tables, ofValues };
}

/** Of threads, which counted different visitors. */
export function addRetention(periods: number, lists: CountedRetention[]): CountedRetention {
  const ofValues = Uint32Array.from(lists[0]!.ofValues, (_, value) =>
    lists.reduce((sum, list) => sum + list.ofValues[value]!, 0),
  );
  const tables = lists[0]!.tables.map((_, place) =>
    addTables(
      periods,
      lists.map((list) => list.tables[place]!),
    ),
  );
  return { tables, ofValues };
}

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
  /** Bounds of the periods, in milliseconds since 1970. */
  bounds: number[];
  /** The breakdown of cohorts. */
  value?: GroupKey;
  /** For each value, the index of its table, from 1; 0 for none. Without it, only the visitors of each value are counted. */
  tableOf?: Uint32Array;
  tables: number;
}

export interface RetentionTask extends SharedTask {
  kind: 'returns';
  plan: RetentionPlan;
}

export interface CountedRetention {
  /** The table of all visitors, then those of the values. */
  tables: ReturnTable[];
  /** Visitors by the value of their first event; empty unless they are counted. */
  visitorsByValue: Uint32Array;
}

/** The state of each visitor, indexed by visitor number minus `from`. */
interface VisitorStates {
  from: number;
  /** Time of the first event in microseconds; infinity without one. */
  first: Float64Array;
  cohort: Uint8Array;
  value: Uint32Array;
  /** A bit for each period, in `words` 32-bit numbers per visitor. */
  returned: Uint32Array;
  words: number;
}

const noCohort = 255; // greater than any period index

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

/** The selected rows that match a further filter. */
const matchingRows = ({ part, rows: selected }: SelectedRows, filter: FilterPlan | undefined): RowList => {
  const { rows, startMs, columns } = part;
  return toRowList(part, selectRows({ rows, startMs, columns }, filter, selected));
};

function instantOf({ startMs, columns }: Part): (row: number) => number {
  const [time, micros] = [columns.get('time'), columns.get('micros')];
  const start = startMs * 1_000;
  return (row) => start + (time ? time[row]! * 1_000 : 0) + (micros ? micros[row]! : 0);
}

/** The first row of each visitor, since rows are ordered by visitor and time; rows without a visitor are left out. */
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
  /** Undefined when the rows are in several periods. */
  period: number | undefined;
}

/** Most parts are in a single period, which saves looking up the period of each row. */
function singlePeriodOf(part: Part, bounds: number[]): number | undefined {
  const from = Math.max(part.startMs, part.windows?.[0] ?? 0);
  const to = Math.min(lastMs(part), (part.windows?.at(-1) ?? Number.POSITIVE_INFINITY) - 1);
  const period = bounds.findLastIndex((bound) => bound <= from);
  return period >= 0 && to < bounds[period + 1]! ? period : undefined;
}

/** Events of the same instant are always in the same part, where the one with the lowest id comes first. */
function recordFirst(selected: TimedRows, plan: RetentionPlan, periodsOf: BucketFinder, states: VisitorStates): void {
  const { part, period: ofAll } = selected;
  const list = firstOfEach(part, matchingRows(selected, plan.first));
  if (list.length === 0) return;
  const visitors = part.columns.get('visitor')!;
  const instant = instantOf(part);
  const periods = ofAll === undefined ? periodsOf(part, list) : undefined;
  const values = plan.value && valuesOf(plan.value)(part, list);
  for (let at = 0; at < list.length; at += 1) {
    const visitor = visitors[list[at]!]! - states.from;
    const period = ofAll ?? periods![at]!;
    if (period > states.cohort[visitor]!) continue;
    const micros = instant(list[at]!);
    if (micros >= states.first[visitor]!) continue;
    states.first[visitor] = micros;
    states.cohort[visitor] = period;
    if (values) states.value[visitor] = values[at]!;
  }
}

function recordReturns(selected: TimedRows, plan: RetentionPlan, periodsOf: BucketFinder, states: VisitorStates): void {
  const { part, period: ofAll } = selected;
  const list = matchingRows(selected, plan.returning);
  const visitors = part.columns.get('visitor');
  if (!visitors || list.length === 0) return;
  const { first, cohort, returned, words, from } = states;
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
    // Without a cohort this is negative.
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

/** A visitor returns in a period by having an event later than the first one, even in the same period. */
export function countRetention(task: RetentionTask): CountedRetention {
  const { plan, cancellation } = task;
  const states = createVisitorStates(task);
  const periodsOf = createBucketFinder({ bounds: plan.bounds });
  const rows = selectParts(task, plan).rows.map((selected) => ({
    ...selected,
    period: singlePeriodOf(selected.part, plan.bounds),
  }));
  for (const record of [recordFirst, recordReturns]) {
    for (const selected of rows) {
      throwIfCancelled(cancellation);
      record(selected, plan, periodsOf, states);
    }
  }
  return countVisitors(plan, states);
}

function countVisitors(
  { bounds, value: key, tableOf, tables: count }: RetentionPlan,
  states: VisitorStates,
): CountedRetention {
  const { cohort, value } = states;
  const tables = Array.from({ length: count }, () => emptyTable(bounds.length - 1));
  const visitorsByValue = new Uint32Array(key && !tableOf ? key.size : 0);
  for (let visitor = 0; visitor < cohort.length; visitor += 1) {
    if (cohort[visitor] === noCohort) continue;
    countVisitor(tables[0]!, visitor, states);
    if (!key) continue;
    const table = tableOf?.[value[visitor]!] ?? 0;
    if (table > 0) countVisitor(tables[table]!, visitor, states);
    if (!tableOf) visitorsByValue[value[visitor]!]! += 1;
  }
  return { tables, visitorsByValue };
}

/** Adds up the counts of several threads, each of which counted different visitors. */
export function addRetention(periods: number, lists: CountedRetention[]): CountedRetention {
  const visitorsByValue = Uint32Array.from(lists[0]!.visitorsByValue, (_, value) =>
    lists.reduce((sum, list) => sum + list.visitorsByValue[value]!, 0),
  );
  const tables = lists[0]!.tables.map((_, place) =>
    addTables(
      periods,
      lists.map((list) => list.tables[place]!),
    ),
  );
  return { tables, visitorsByValue };
}

/** Visits: runs of a visitor's events without a longer gap than the site allows. */
import { orderRows } from '@millrace/shared/segments/order-rows';
import type { Part } from './part.js';
import { groupByTime, type TimeGroup, walkGroup } from './walk-rows.js';

export interface VisitPlan {
  /** Longest time between two events of a visit. */
  gapMicros: number;
  /** Of column `event_type`. */
  viewCode: number;
  /** Types of events that nobody does something by: they are no reason to say that a visitor stayed. */
  passiveCodes: number[];
}

/** Visits by their number, from 1 on; numbers ascend by visitor, then by time. Place 0 is of no visit. */
export interface Visits {
  count: number;
  visitor: Uint32Array;
  /** Microseconds since 1970. */
  first: Float64Array;
  last: Float64Array;
  views: Uint32Array;
  /** Events besides views that somebody did. */
  actions: Uint32Array;
  /** Codes of column `path` of the first and the last view; 0 where there is none. */
  entry: Uint32Array;
  exit: Uint32Array;
  /** Where the first event is: place of the part, and row. */
  firstPart: Uint32Array;
  firstRow: Uint32Array;
}

export interface NumberedVisits extends Visits {
  /** For each part the visit of each row; 0 for rows that do not count, and events without a visitor. */
  ofRows: Map<Part, Uint32Array>;
}

const lists = {
  first: Float64Array,
  last: Float64Array,
  views: Uint32Array,
  actions: Uint32Array,
  entry: Uint32Array,
  exit: Uint32Array,
  firstPart: Uint32Array,
  firstRow: Uint32Array,
  visitor: Uint32Array,
} as const;

type Table = { [Name in keyof typeof lists]: InstanceType<(typeof lists)[Name]> };
const names = Object.keys(lists) as (keyof typeof lists)[];

function makeTable(size: number, from?: Table): Table {
  const table = Object.fromEntries(names.map((name) => [name, new lists[name](size)])) as unknown as Table;
  if (from) for (const name of names) table[name].set(from[name]);
  return table;
}

/** Numbers of sessions that are the same in every part: each part counts its own. */
function sessionNumbers(parts: Part[]): Map<Part, Uint32Array> {
  const numbers = new Map<bigint, number>();
  return new Map(
    parts.map((part) => {
      const ids = part.sessionIds ?? new BigUint64Array();
      const list = new Uint32Array(ids.length + 1);
      for (let at = 0; at < ids.length; at += 1) {
        const id = ids[at]!;
        if (!numbers.has(id)) numbers.set(id, numbers.size + 1);
        list[at + 1] = numbers.get(id)!;
      }
      return [part, list];
    }),
  );
}

/** Events of one group are walked with what is known of each visitor from the groups before. */
function createWalk(plan: VisitPlan, parts: Part[], lastVisitor: number) {
  const places = new Map(parts.map((part, at) => [part, at]));
  const sessions = sessionNumbers(parts);
  const ofRows = new Map(parts.map((part) => [part, new Uint32Array(part.rows)]));
  const isPassive = new Set(plan.passiveCodes);
  const visitOf = new Uint32Array(lastVisitor + 1);
  const sessionOf = new Uint32Array(lastVisitor + 1);
  let table = makeTable(1_024);
  let count = 0;

  function begin(visitor: number, micros: number, part: number, row: number): number {
    count += 1;
    if (count === table.first.length) table = makeTable(2 * count, table);
    table.visitor[count] = visitor;
    table.first[count] = micros;
    table.firstPart[count] = part;
    table.firstRow[count] = row;
    visitOf[visitor] = count;
    sessionOf[visitor] = 0;
    return count;
  }

  function walk(group: TimeGroup): void {
    const of = group.parts.map((part) => ({
      startMicros: part.startMs * 1_000,
      time: part.columns.get('time'),
      micros: part.columns.get('micros'),
      session: part.columns.get('session'),
      types: part.columns.get('event_type'),
      paths: part.columns.get('path'),
      numbers: sessions.get(part)!,
      visits: ofRows.get(part)!,
      place: places.get(part)!,
    }));
    walkGroup(group, (at, row, visitor) => {
      const part = of[at]!;
      const micros =
        part.startMicros + (part.time ? part.time[row]! * 1_000 : 0) + (part.micros ? part.micros[row]! : 0);
      const session = part.session ? part.numbers[part.session[row]!]! : 0;
      let visit = visitOf[visitor]!;
      const isOther = session !== 0 && sessionOf[visitor] !== 0 && sessionOf[visitor] !== session;
      if (visit === 0 || isOther || micros - table.last[visit]! > plan.gapMicros) {
        visit = begin(visitor, micros, part.place, row);
      }
      if (session !== 0) sessionOf[visitor] = session;
      table.last[visit] = micros;
      part.visits[row] = visit;
      const type = part.types ? part.types[row]! : 0;
      if (type !== plan.viewCode) {
        if (!isPassive.has(type)) table.actions[visit]! += 1;
        return;
      }
      const path = part.paths ? part.paths[row]! : 0;
      if (table.views[visit] === 0) table.entry[visit] = path;
      table.exit[visit] = path;
      table.views[visit]! += 1;
    });
  }
  return { walk, ofRows, finish: () => ({ count, table }) };
}

/** Visits got their numbers in the order of groups; now they get those in the order of visitors. */
function inOrderOfVisitors(table: Table, count: number): { table: Table; numbers: Uint32Array } {
  const order = orderRows([table.visitor.subarray(1, count + 1)]);
  const numbers = new Uint32Array(count + 1);
  const sorted = makeTable(count + 1);
  for (let place = 0; place < count; place += 1) {
    const before = order[place]! + 1;
    numbers[before] = place + 1;
    for (const name of names) sorted[name][place + 1] = table[name][before]!;
  }
  return { table: sorted, numbers };
}

/** Visits of visitors from the first to before the second. Parts need `time`, `micros`, `visitor`, `session`, `event_type` and `path`. */
export function numberVisits(
  parts: Part[],
  visitors: readonly [number, number],
  lastVisitor: number,
  plan: VisitPlan,
): NumberedVisits {
  const { walk, ofRows, finish } = createWalk(plan, parts, lastVisitor);
  for (const group of groupByTime(parts, visitors)) walk(group);
  const { count, table } = finish();
  const { table: sorted, numbers } = inOrderOfVisitors(table, count);
  for (const visits of ofRows.values()) {
    for (let row = 0; row < visits.length; row += 1) visits[row] = numbers[visits[row]!]!;
  }
  return { count, ofRows, ...sorted };
}

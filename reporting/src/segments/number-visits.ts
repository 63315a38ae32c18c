/** Visits: runs of a visitor's events without a longer gap than the site allows. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { mergeGroup } from './merge-group.js';
import type { Part } from './part.js';
import { createVisitTable, type Visits } from './visit-table.js';
import { groupByTime, type TimeGroup } from './walk-rows.js';

export interface VisitPlan {
  /** Longest time between two events of a visit. */
  gapMicros: number;
  /** Of column `event_type`. */
  viewCode: number;
  /** Types of events that nobody does something by: they are no reason to say that a visitor stayed. */
  passiveCodes: number[];
}

export interface NumberedVisits extends Visits {
  /** For each part the visit of each row; 0 for rows that do not count, and events without a visitor. */
  ofRows: Map<Part, Uint32Array>;
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

/** Rows of one stretch of time in the order of visitor and time; of a row that several parts have, where it comes from. */
interface Walked {
  part: Part;
  rows: ArrayLike<number>;
  /** What numbers of column `session` are in all parts. */
  sessions: Uint32Array;
  visits: Uint32Array;
  /** Places of parts, and rows in them, where they are not those of `part` itself. */
  source?: { parts: ArrayLike<number>; rows: ArrayLike<number> };
  place: number;
}

/** A 1 for each code of a type by which nobody does something. */
function passiveTable({ passiveCodes, viewCode }: VisitPlan): Uint8Array {
  const passive = new Uint8Array(Math.max(viewCode, ...passiveCodes) + 1);
  for (const code of passiveCodes) passive[code] = 1;
  return passive;
}

/** Goes on with what is known of each visitor from the stretches before. */
function createWalk(plan: VisitPlan, lastVisitor: number) {
  const { gapMicros, viewCode } = plan;
  const isPassive = passiveTable(plan);
  const visitOf = new Uint32Array(lastVisitor + 1);
  const sessionOf = new Uint32Array(lastVisitor + 1);
  // By visitor, not by visit: rows are in the order of visitors, and memory is read in order.
  const lastOf = new Float64Array(lastVisitor + 1);
  const table = createVisitTable();

  function walk({ part, rows, sessions, visits, source, place }: Walked): void {
    const { columns, startMs } = part;
    const none = new Uint8Array(part.rows);
    const column = (name: string): Numbers => columns.get(name) ?? none;
    const [visitors, time, rest] = [column('visitor'), column('time'), column('micros')];
    const [session, types, paths] = [column('session'), column('event_type'), column('path')];
    const startMicros = startMs * 1_000;
    let { first, last, views, actions, entry, exit } = table.lists();
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at]!;
      const visitor = visitors[row]!;
      if (visitor === 0) continue;
      const micros = startMicros + time[row]! * 1_000 + rest[row]!;
      const of = sessions[session[row]!]!;
      const before = sessionOf[visitor]!;
      let visit = visitOf[visitor]!;
      if (visit === 0 || micros - lastOf[visitor]! > gapMicros || (of !== 0 && before !== 0 && before !== of)) {
        visit = table.begin(visitor, source ? source.parts[row]! : place, source ? source.rows[row]! : row);
        ({ first, last, views, actions, entry, exit } = table.lists());
        first[visit] = micros;
        visitOf[visitor] = visit;
        sessionOf[visitor] = 0;
      }
      if (of !== 0) sessionOf[visitor] = of;
      lastOf[visitor] = micros;
      last[visit] = micros;
      visits[row] = visit;
      const type = types[row]!;
      if (type === viewCode) {
        if (views[visit] === 0) entry[visit] = paths[row]!;
        exit[visit] = paths[row]!;
        views[visit]! += 1;
      } else if (isPassive[type] !== 1) actions[visit]! += 1;
    }
  }
  return { walk, finish: table.finish };
}

/** Gives the rows of parts that overlap the visits of the rows that were merged. */
function walkMerged(group: TimeGroup, places: number[], numbers: Uint32Array[], walk: (walked: Walked) => void) {
  const { part, rows, source } = mergeGroup(group, numbers);
  const visits = new Uint32Array(part.rows);
  const inAll = { parts: Uint32Array.from(source.parts, (at) => places[at]!), rows: source.rows };
  // Their sessions are numbered alike already.
  walk({ part, rows, sessions: source.sessions, visits, source: inAll, place: 0 });
  return { visits, source };
}

/** Visits of visitors from the first to before the second. Parts need `time`, `micros`, `visitor`, `session`, `event_type` and `path`. */
export function numberVisits(
  parts: Part[],
  visitors: readonly [number, number],
  lastVisitor: number,
  plan: VisitPlan,
): NumberedVisits {
  const { walk, finish } = createWalk(plan, lastVisitor);
  const sessions = sessionNumbers(parts);
  const ofRows = new Map(parts.map((part) => [part, new Uint32Array(part.rows)]));
  const placeOf = new Map(parts.map((part, place) => [part, place]));
  for (const group of groupByTime(parts, visitors)) {
    // Windows are clipped in copies of parts.
    const own = group.parts;
    if (own.length === 1) {
      const [part] = own as [Part];
      const rows = group.lists[0]!;
      walk({ part, rows, sessions: sessions.get(part)!, visits: ofRows.get(part)!, place: placeOf.get(part)! });
      continue;
    }
    const places = own.map((part) => placeOf.get(part)!);
    const { visits, source } = walkMerged(
      group,
      places,
      own.map((part) => sessions.get(part)!),
      walk,
    );
    for (let row = 0; row < visits.length; row += 1) {
      ofRows.get(own[source.parts[row]!]!)![source.rows[row]!] = visits[row]!;
    }
  }
  return { ...finish(), ofRows };
}

/** Visits: runs of a visitor's events without a longer gap than the site allows. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import type { Part } from './part.js';
import { listOf, selectRows } from './select-rows.js';
import { noCodes } from './shared-lists.js';
import { createVisitTable, type Visits, type VisitTable } from './visit-table.js';
import { blockVisitors, type ListedRows, visitorBlocks } from './visitor-blocks.js';

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

/** A 1 for each code of a type by which nobody does something. */
function passiveTable({ passiveCodes, viewCode }: VisitPlan): Uint8Array {
  const passive = new Uint8Array(Math.max(viewCode, ...passiveCodes) + 1);
  for (const code of passiveCodes) passive[code] = 1;
  return passive;
}

/** Rows as they are walked through. */
interface Walked extends ListedRows {
  /** The visit of each row. */
  visits: Uint32Array;
  time: Numbers;
  micros: Numbers;
  visitor: Numbers;
  session: Numbers;
  /** Ids of sessions, 64 bits each, as two numbers. */
  sessionIds: Uint32Array;
  type: Numbers;
  path: Numbers;
}

function halvesOf({ sessionIds }: Part): Uint32Array {
  if (!sessionIds) return new Uint32Array();
  return new Uint32Array(sessionIds.buffer, sessionIds.byteOffset, 2 * sessionIds.length);
}

function toWalked({ part, rows }: ListedRows): Walked {
  const none = noCodes(part.rows);
  const column = (name: string): Numbers => part.columns.get(name) ?? none;
  return {
    ...{ part, rows, visits: new Uint32Array(part.rows) },
    ...{ time: column('time'), micros: column('micros'), visitor: column('visitor'), session: column('session') },
    ...{ sessionIds: halvesOf(part), type: column('event_type'), path: column('path') },
  };
}

/** What is known of each visitor of a block from the stretches before: the last event, and the session of the visit. */
const createKnown = () => ({
  visit: new Uint32Array(blockVisitors),
  last: new Float64Array(blockVisitors),
  hasSession: new Uint8Array(blockVisitors),
  sessionLow: new Uint32Array(blockVisitors),
  sessionHigh: new Uint32Array(blockVisitors),
});
type Known = ReturnType<typeof createKnown>;

function createWalk(plan: VisitPlan, table: VisitTable) {
  const { gapMicros, viewCode } = plan;
  const isPassive = passiveTable(plan);

  /** Rows of one block, at places from `from` to before `to`; `place` is the one of the part. */
  return function walk(walked: Walked, place: number, from: number, to: number, first: number, known: Known): void {
    const { rows, visits, time, micros, visitor, session, sessionIds, type, path } = walked;
    const startMicros = walked.part.startMs * 1_000;
    let lists = table.lists();
    for (let next = from; next < to; next += 1) {
      const row = rows[next]!;
      const at = visitor[row]! - first;
      const instant = startMicros + time[row]! * 1_000 + micros[row]!;
      const id = 2 * session[row]!;
      let visit = known.visit[at]!;
      let isOther = visit === 0 || instant - known.last[at]! > gapMicros;
      if (id !== 0) {
        const low = sessionIds[id - 2]!;
        const high = sessionIds[id - 1]!;
        isOther ||= known.hasSession[at] === 1 && (known.sessionLow[at] !== low || known.sessionHigh[at] !== high);
        known.hasSession[at] = 1;
        known.sessionLow[at] = low;
        known.sessionHigh[at] = high;
      } else if (isOther) known.hasSession[at] = 0;
      if (isOther) {
        visit = table.begin(first + at, place, row);
        lists = table.lists();
        lists.first[visit] = instant;
        known.visit[at] = visit;
      }
      known.last[at] = instant;
      lists.last[visit] = instant;
      visits[row] = visit;
      const code = type[row]!;
      if (code === viewCode) {
        if (lists.views[visit] === 0) lists.entry[visit] = path[row]!;
        lists.exit[visit] = path[row]!;
        lists.views[visit]! += 1;
      } else if (isPassive[code] !== 1) lists.actions[visit]! += 1;
    }
  };
}

/**
 * Parts follow each other in time; they need `time`, `micros`, `visitor`, `session`,
 * `event_type` and `path`.
 */
export function numberVisits(parts: Part[], plan: VisitPlan): NumberedVisits {
  const walked = parts.map((part) => toWalked({ part, rows: listOf(part, selectRows(part, undefined, 'all')) }));
  const table = createVisitTable();
  const walk = createWalk(plan, table);
  const known = createKnown();
  for (const { visitor, from, to } of visitorBlocks(walked)) {
    known.visit.fill(0);
    for (const [place, each] of walked.entries()) walk(each, place, from[place]!, to[place]!, visitor, known);
  }
  return { ...table.finish(), ofRows: new Map(walked.map(({ part, visits }) => [part, visits])) };
}

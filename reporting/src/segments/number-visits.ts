/** Visits: runs of a visitor's events without a longer gap than the site allows. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import type { Part } from './part.js';
import { selectRows, toRowList } from './select-rows.js';
import { noCodes } from './shared-arrays.js';
import { taskUint32s } from './task-memory.js';
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

/** What an event says of its visit. */
const kinds = { action: 0, passive: 1, view: 2 };

/** The kind of each code of column `event_type`; those behind its end are of actions. */
function kindsOf({ passiveCodes, viewCode }: VisitPlan): Uint8Array {
  const table = new Uint8Array(Math.max(viewCode, ...passiveCodes) + 1);
  for (const code of passiveCodes) table[code] = kinds.passive;
  table[viewCode] = kinds.view;
  return table;
}

/** Rows as they are walked through. */
interface WalkedRows extends ListedRows {
  /** Of the part among all parts. */
  place: number;
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

function toWalkedRows({ part, rows }: ListedRows, place: number): WalkedRows {
  const none = noCodes(part.rows);
  const column = (name: string): Numbers => part.columns.get(name) ?? none;
  return {
    ...{ part, rows, place, visits: taskUint32s(part.rows) },
    ...{ time: column('time'), micros: column('micros'), visitor: column('visitor'), session: column('session') },
    ...{ sessionIds: halvesOf(part), type: column('event_type'), path: column('path') },
  };
}

/** What is known of each visitor of a block from the stretches before: the last event, and the session of the visit. */
const createVisitorStates = () => ({
  visit: new Uint32Array(blockVisitors),
  last: new Float64Array(blockVisitors),
  hasSession: new Uint8Array(blockVisitors),
  sessionLow: new Uint32Array(blockVisitors),
  sessionHigh: new Uint32Array(blockVisitors),
});
type VisitorStates = ReturnType<typeof createVisitorStates>;

/**
 * Walks through the rows of one block, at places from `from` to before `to`. The rows of a visitor stand together: what is known of the
 * visitor is fetched before them and put back after them.
 */
function createWalk(plan: VisitPlan, table: VisitTable) {
  const { gapMicros } = plan;
  const kindOf = kindsOf(plan);

  return function walk(walked: WalkedRows, from: number, to: number, first: number, known: VisitorStates): void {
    const { rows, visits, time, micros, visitor, session, sessionIds, type, path, place } = walked;
    const startMicros = walked.part.startMs * 1_000;
    let lists = table.lists();
    for (let next = from; next < to; ) {
      const number = visitor[rows[next]!]!;
      const at = number - first;
      let visit = known.visit[at]!;
      let last = known.last[at]!;
      let hasSession = known.hasSession[at]!;
      let low = known.sessionLow[at]!;
      let high = known.sessionHigh[at]!;
      for (; next < to; next += 1) {
        const row = rows[next]!;
        if (visitor[row] !== number) break;
        const instant = startMicros + time[row]! * 1_000 + micros[row]!;
        let isOther = visit === 0 || instant - last > gapMicros;
        const id = 2 * session[row]!;
        if (id !== 0) {
          const ownLow = sessionIds[id - 2]!;
          const ownHigh = sessionIds[id - 1]!;
          isOther ||= hasSession === 1 && (low !== ownLow || high !== ownHigh);
          hasSession = 1;
          low = ownLow;
          high = ownHigh;
        } else if (isOther) hasSession = 0;
        if (isOther) {
          if (visit !== 0) lists.last[visit] = last;
          visit = table.begin(number, place, row);
          lists = table.lists();
          lists.first[visit] = instant;
        }
        last = instant;
        visits[row] = visit;
        const code = type[row]!;
        const kind = code < kindOf.length ? kindOf[code] : kinds.action;
        if (kind === kinds.view) {
          if (lists.views[visit] === 0) lists.entry[visit] = path[row]!;
          lists.exit[visit] = path[row]!;
          lists.views[visit]! += 1;
        } else if (kind === kinds.action) lists.actions[visit]! += 1;
      }
      lists.last[visit] = last;
      known.visit[at] = visit;
      known.last[at] = last;
      known.hasSession[at] = hasSession;
      known.sessionLow[at] = low;
      known.sessionHigh[at] = high;
    }
  };
}

/**
 * Parts follow each other in time; they need `time`, `micros`, `visitor`, `session`,
 * `event_type` and `path`.
 */
export function numberVisits(parts: Part[], plan: VisitPlan): NumberedVisits {
  const lists = parts.map((part) => ({ part, rows: toRowList(part, selectRows(part, undefined, 'all')) }));
  const walked = lists.map(toWalkedRows);
  const events = lists.reduce((sum, { rows }) => sum + rows.length, 0);
  const table = createVisitTable(events);
  const walk = createWalk(plan, table);
  const known = createVisitorStates();
  for (const { first, from, to } of visitorBlocks(walked)) {
    known.visit.fill(0);
    for (const [place, each] of walked.entries()) walk(each, from[place]!, to[place]!, first, known);
  }
  return { ...table.finish(), ofRows: new Map(walked.map(({ part, visits }) => [part, visits])) };
}

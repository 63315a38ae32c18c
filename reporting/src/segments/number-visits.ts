/** Divides each visitor's events into visits, and numbers them. */
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
  /** Code in column `event_type`. */
  viewCode: number;
  /** Codes of event types that are not actions of the visitor; see `passiveTypes`. */
  passiveCodes: number[];
}

export interface NumberedVisits extends Visits {
  /** For each part, the visit of each row; 0 for rows outside the part's windows and events without a visitor. */
  rowVisits: Map<Part, Uint32Array>;
}

/** What an event contributes to its visit. */
const kinds = { action: 0, passive: 1, view: 2 };

/** The kind of each code in column `event_type`; codes beyond its end are actions. */
function kindsOf({ passiveCodes, viewCode }: VisitPlan): Uint8Array {
  const table = new Uint8Array(Math.max(viewCode, ...passiveCodes) + 1);
  for (const code of passiveCodes) table[code] = kinds.passive;
  table[viewCode] = kinds.view;
  return table;
}

/** A part's rows with the columns that visits depend on. */
interface WalkedRows extends ListedRows {
  /** Index of the part. */
  place: number;
  /** The visit of each row. */
  visits: Uint32Array;
  time: Numbers;
  micros: Numbers;
  visitor: Numbers;
  session: Numbers;
  /** Session ids of 64 bits, each as two numbers. */
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

/** The state of each visitor of a block after the previous parts: the visit, its last event and its session. */
const createVisitorStates = () => ({
  visit: new Uint32Array(blockVisitors),
  last: new Float64Array(blockVisitors),
  hasSession: new Uint8Array(blockVisitors),
  sessionLow: new Uint32Array(blockVisitors),
  sessionHigh: new Uint32Array(blockVisitors),
});
type VisitorStates = ReturnType<typeof createVisitorStates>;

/**
 * Walks through the rows of one block, at places `from` to before `to`. The rows of a visitor are adjacent, so the visitor's
 * state is held in local variables and written back after the last of them.
 */
function createWalk(plan: VisitPlan, table: VisitTable) {
  const { gapMicros } = plan;
  const kindOf = kindsOf(plan);

  return function walk(walked: WalkedRows, from: number, to: number, first: number, states: VisitorStates): void {
    const { rows, visits, time, micros, visitor, session, sessionIds, type, path, place } = walked;
    const startMicros = walked.part.startMs * 1_000;
    let lists = table.lists();
    for (let next = from; next < to; ) {
      const number = visitor[rows[next]!]!;
      const at = number - first;
      let visit = states.visit[at]!;
      let last = states.last[at]!;
      let hasSession = states.hasSession[at]!;
      let low = states.sessionLow[at]!;
      let high = states.sessionHigh[at]!;
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
      states.visit[at] = visit;
      states.last[at] = last;
      states.hasSession[at] = hasSession;
      states.sessionLow[at] = low;
      states.sessionHigh[at] = high;
    }
  };
}

/**
 * Parts must be in the order of time without overlap, and have columns `time`, `micros`, `visitor`, `session`, `event_type` and
 * `path`.
 */
export function numberVisits(parts: Part[], plan: VisitPlan): NumberedVisits {
  const lists = parts.map((part) => ({ part, rows: toRowList(part, selectRows(part, undefined, 'all')) }));
  const walked = lists.map(toWalkedRows);
  const events = lists.reduce((sum, { rows }) => sum + rows.length, 0);
  const table = createVisitTable(events);
  const walk = createWalk(plan, table);
  const states = createVisitorStates();
  for (const { first, from, to } of visitorBlocks(walked)) {
    states.visit.fill(0);
    for (const [place, each] of walked.entries()) walk(each, from[place]!, to[place]!, first, states);
  }
  return { ...table.finish(), rowVisits: new Map(walked.map(({ part, visits }) => [part, visits])) };
}

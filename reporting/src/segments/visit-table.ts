/**
 * Properties of visits, in arrays by visit number, from 1. Index 0 is for no visit. Visits of one visitor are in the order of
 * time.
 */
import { taskFloat64s, taskUint32s } from './task-memory.js';

export interface Visits {
  count: number;
  visitor: Uint32Array;
  /** Microseconds since 1970. */
  first: Float64Array;
  last: Float64Array;
  views: Uint32Array;
  /** Events other than views that are actions of the visitor. */
  actions: Uint32Array;
  /** Codes in column `path` of the first and last view; 0 without a view. */
  entry: Uint32Array;
  exit: Uint32Array;
  /** Index of the part and row of the first event. */
  firstPart: Uint32Array;
  firstRow: Uint32Array;
}

type Lists = Omit<Visits, 'count'>;

const makeLists = (size: number): Lists => ({
  visitor: taskUint32s(size),
  first: taskFloat64s(size),
  last: taskFloat64s(size),
  views: taskUint32s(size),
  actions: taskUint32s(size),
  entry: taskUint32s(size),
  exit: taskUint32s(size),
  firstPart: taskUint32s(size),
  firstRow: taskUint32s(size),
});

export interface VisitTable {
  /** Replaced when the table grows, so callers must get them again after `begin`. */
  lists(): Lists;
  /** Returns the number of the new visit. */
  begin(visitor: number, part: number, row: number): number;
  finish(): Visits;
}

/** Typical of short visits; if they are even shorter, the table grows. */
const eventsPerVisit = 3;

/** `events` is the number of events to divide into visits. */
export function createVisitTable(events: number): VisitTable {
  let lists = makeLists(Math.ceil(events / eventsPerVisit) + 2);
  let count = 0;
  return {
    lists: () => lists,
    begin(visitor, part, row) {
      count += 1;
      if (count === lists.first.length) {
        const longer = makeLists(2 * count);
        for (const [name, list] of Object.entries(lists)) longer[name as keyof Lists].set(list);
        lists = longer;
      }
      lists.visitor[count] = visitor;
      lists.firstPart[count] = part;
      lists.firstRow[count] = row;
      return count;
    },
    finish: (): Visits => ({ count, ...lists }),
  };
}

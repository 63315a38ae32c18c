/** What is known of each visit, in lists by its number, from 1 on; place 0 is of no visit. Visits of one visitor ascend in time. */
import { taskFloat64s, taskUint32s } from './task-memory.js';

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
  /** They grow: whoever holds them asks again after a visit has begun. */
  lists(): Lists;
  /** The number of the new visit. */
  begin(visitor: number, part: number, row: number): number;
  finish(): Visits;
}

/** A visit of few events has so many; where visits are shorter, the table grows. */
const eventsPerVisit = 3;

/** `events` are those that visits are made of. */
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

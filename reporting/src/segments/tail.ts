/** The tail of a site: its raw events of some intervals in memory, as of one snapshot. */
import { isWithin, type Snapshot } from './snapshot.js';
import type { SortedRows } from './sorted-rows.js';
import { createUsers, type TailTexts, type TailUsers } from './tail-codes.js';

/** What all rows of a tail are seen in: the history of the database, erasures of the site's users. */
export interface TailTarget {
  siteId: string;
  generation: string;
  snapshot: Snapshot;
  lastVisitorNo: number;
}

export interface TailInterval {
  lists: readonly SortedRows[];
  columns: readonly string[];
  /** The index by which its new rows are found. */
  index: string;
  /** Whether there are rows from another server as well, with transaction numbers that this one has not reached: these are read each time. */
  hasForeignRows: boolean;
  lastUsedAt: number;
}

/** Never changed; what it gains or loses makes another one. */
export interface Tail {
  generation: string;
  /** Of the intervals it has all rows that this sees, and no other. */
  snapshot: Snapshot;
  columns: readonly string[];
  texts: ReadonlyMap<string, TailTexts>;
  users: TailUsers;
  intervals: ReadonlyMap<number, TailInterval>;
}

/** What a question takes of a tail: all rows of the intervals that its own snapshot sees. */
export interface TailRows {
  intervals: ReadonlyMap<number, readonly SortedRows[]>;
  texts: ReadonlyMap<string, TailTexts>;
  users: TailUsers;
  /** Of the users those up to here; later ones are none of this question's. */
  userCount: number;
}

export interface TailRequest {
  intervals: readonly number[];
  columns: readonly string[];
  /** Each interval as one list: where the order of events counts. */
  needsOrder: boolean;
}

/** What is seldom asked for, or dear, is read once somebody has asked for it. */
const initialColumns = ['event_type', 'path', 'profile_id'];

export const emptyTail = ({ generation, snapshot, lastVisitorNo }: TailTarget): Tail => ({
  ...{ generation, snapshot, columns: initialColumns, texts: new Map() },
  ...{ users: createUsers(lastVisitorNo), intervals: new Map() },
});

export const countTailRows = ({ intervals }: Tail): number =>
  [...intervals.values()].reduce((sum, { lists }) => lists.reduce((all, { count }) => all + count, sum), 0);

/** `later`: the tail can be brought to the moment. `earlier`: it is beyond, but has all that the moment sees. */
export function relationTo(
  tail: Tail,
  { generation, snapshot, lastVisitorNo }: TailTarget,
): 'later' | 'earlier' | 'apart' {
  if (tail.generation !== generation) return 'apart';
  if (isWithin(tail.snapshot, snapshot)) return 'later';
  return isWithin(snapshot, tail.snapshot) && tail.users.lastVisitorNo === lastVisitorNo ? 'earlier' : 'apart';
}

const hasColumns = ({ columns }: TailInterval, wanted: TailRequest) =>
  wanted.columns.every((name) => columns.includes(name));

/** Intervals of which all events have to be read. */
export const missingIntervals = ({ intervals }: Tail, wanted: TailRequest): number[] =>
  wanted.intervals.filter((interval) => {
    const held = intervals.get(interval);
    return held === undefined || !hasColumns(held, wanted);
  });

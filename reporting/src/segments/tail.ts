/** A site's tail: the raw events of intervals not yet in segments, kept in memory as of one snapshot. */
import { isWithin, type Snapshot } from './snapshot.js';
import type { SortedRows } from './sorted-rows.js';
import { createUsers, type TailTexts, type TailUsers } from './tail-codes.js';

/** The snapshot to bring a site's tail to. */
export interface TailTarget {
  siteId: string;
  /** Database history and erasure epoch: a tail from another generation is useless. */
  generation: string;
  snapshot: Snapshot;
  lastVisitorNo: number;
}

export interface TailInterval {
  lists: readonly SortedRows[];
  columns: readonly string[];
  /** The index that finds its new rows. */
  index: string;
  /** Whether rows exist whose transaction ids the snapshot has not reached, as from another server: they are read every time. */
  hasForeignRows: boolean;
  lastUsedAt: number;
}

/** Immutable: every change creates a new tail. */
export interface Tail {
  generation: string;
  /** The intervals contain exactly the rows visible in this snapshot. */
  snapshot: Snapshot;
  columns: readonly string[];
  texts: ReadonlyMap<string, TailTexts>;
  users: TailUsers;
  intervals: ReadonlyMap<number, TailInterval>;
}

/** The rows of a tail that a query counts: all rows of the requested intervals visible in its own snapshot. */
export interface TailRows {
  intervals: ReadonlyMap<number, readonly SortedRows[]>;
  texts: ReadonlyMap<string, TailTexts>;
  users: TailUsers;
  /** Only this many of the users belong to the query; later ones were added after it. */
  userCount: number;
}

export interface TailRequest {
  intervals: readonly number[];
  columns: readonly string[];
  /** Each interval must be a single sorted list, because the order of events matters. */
  needsOrder: boolean;
}

/** Columns to read from the start; rare and expensive ones are added when a query first needs them. */
const initialColumns = ['event_type', 'path', 'profile_id'];

export const emptyTail = ({ generation, snapshot, lastVisitorNo }: TailTarget): Tail => ({
  ...{ generation, snapshot, columns: initialColumns, texts: new Map() },
  ...{ users: createUsers(lastVisitorNo), intervals: new Map() },
});

export const countTailRows = ({ intervals }: Tail): number =>
  [...intervals.values()].reduce((sum, { lists }) => lists.reduce((all, { count }) => all + count, sum), 0);

/** `behind`: the tail can be advanced to the target. `ahead`: it is newer, but contains everything the target sees. */
export function relationTo(
  tail: Tail,
  { generation, snapshot, lastVisitorNo }: TailTarget,
): 'behind' | 'ahead' | 'unrelated' {
  if (tail.generation !== generation) return 'unrelated';
  if (isWithin(tail.snapshot, snapshot)) return 'behind';
  return isWithin(snapshot, tail.snapshot) && tail.users.lastVisitorNo === lastVisitorNo ? 'ahead' : 'unrelated';
}

const hasColumns = ({ columns }: TailInterval, request: TailRequest) =>
  request.columns.every((name) => columns.includes(name));

/** The requested intervals whose events all have to be read. */
export const missingIntervals = ({ intervals }: Tail, request: TailRequest): number[] =>
  request.intervals.filter((interval) => {
    const held = intervals.get(interval);
    return held === undefined || !hasColumns(held, request);
  });

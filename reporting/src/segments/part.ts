/** Events in memory, as workers count them: those of one segment, or raw events that no segment has yet. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { lowerBound } from './lower-bound.js';

/** Rows are in the order of visitor, time and id; each list has a number for each of them. */
export interface Part {
  rows: number;
  /** Milliseconds since 1970 that `time` counts from. */
  startMs: number;
  /** Every event is before it; undefined where only the events tell. */
  endMs?: number;
  /**
   * Columns by name: `time`, `visitor` (0 for none), and codes of values (0 for none). One without a list is zero in every row; only
   * those that a question needs are there.
   */
  columns: ReadonlyMap<string, Numbers>;
  /** What column `session` counts from 1 on: ids of sessions, see the format of segments. */
  sessionIds?: BigUint64Array;
  /**
   * Where events count, as bounds in pairs of milliseconds since 1970, half-open; undefined when all of them do. Bounds between the
   * first and the last are starts of 15-minute intervals.
   */
  windows?: readonly number[];
}

/** The first row whose visitor is at least `visitor`. */
export function firstRowOf({ rows, columns }: Part, visitor: number): number {
  const visitors = columns.get('visitor');
  // All events are nobody's.
  if (visitors === undefined) return visitor === 0 ? 0 : rows;
  return lowerBound(0, rows, (row) => visitors[row]! < visitor);
}

/** The events of visitors from the first to before the second, without another copy of them; those of nobody are of number 0. */
export function partOfVisitors(part: Part, [from, to]: readonly [number, number]): Part {
  const [first, end] = [firstRowOf(part, from), firstRowOf(part, to)];
  if (end - first === part.rows) return part;
  const columns = new Map([...part.columns].map(([name, list]) => [name, list.subarray(first, end)] as const));
  return { ...part, rows: end - first, columns };
}

/** Thrown by a worker whose question nobody waits for any more. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

/** Shared with the thread that asks: not zero once nobody waits for the answer. */
export type Cancellation = Int32Array<SharedArrayBuffer>;

/** What each thread is given of a question. */
export interface SharedTask {
  /** The events of visitors from the first to before the second. */
  parts: Part[];
  visitors: [from: number, to: number];
  lastVisitor: number;
  cancellation: Cancellation;
}

export function throwIfCancelled(cancellation: Cancellation): void {
  if (Atomics.load(cancellation, 0) !== 0) throw new CancelledError('nobody waits for this answer any more');
}

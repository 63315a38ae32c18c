/** A part is the unit that threads count: the events of one segment, or raw events not yet in a segment. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { lowerBound } from './lower-bound.js';

/** Rows are ordered by visitor, time and id. */
export interface Part {
  rows: number;
  /** Column `time` is relative to this, in milliseconds since 1970. */
  startMs: number;
  /** Every event is before this; undefined when it has to be computed from the events. */
  endMs?: number;
  /**
   * Columns by name, with one number per row: `time`, `visitor` (0 for none), and codes of values (0 for none). Only the columns
   * that the query needs are present, and a missing one counts as zero in every row.
   */
  columns: ReadonlyMap<string, Numbers>;
  /** Session ids that column `session` refers to, from 1; see the segment format. */
  sessionIds?: BigUint64Array;
  /**
   * Half-open windows within which events count, as pairs of milliseconds since 1970; undefined when all events count. All bounds
   * except the first and the last are starts of 15-minute intervals.
   */
  windows?: readonly number[];
}

/** The first row whose visitor is at least `visitor`. */
export function firstRowOf({ rows, columns }: Part, visitor: number): number {
  const visitors = columns.get('visitor');
  // No event has a visitor.
  if (visitors === undefined) return visitor === 0 ? 0 : rows;
  return lowerBound(0, rows, (row) => visitors[row]! < visitor);
}

/** The events of visitors `from` to before `to`, without copying them; events without a visitor have number 0. */
export function partOfVisitors(part: Part, [from, to]: readonly [number, number]): Part {
  const [first, end] = [firstRowOf(part, from), firstRowOf(part, to)];
  if (end - first === part.rows) return part;
  const columns = new Map([...part.columns].map(([name, list]) => [name, list.subarray(first, end)] as const));
  return { ...part, rows: end - first, columns };
}

/** Thrown by a thread whose query was cancelled. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

/** Shared with the main thread, which sets it to a nonzero value to cancel the task. */
export type Cancellation = Int32Array<SharedArrayBuffer>;

/** One thread's share of a task. */
export interface SharedTask {
  /** Contain the events of visitors from the first number to before the second. */
  parts: Part[];
  visitors: [from: number, to: number];
  lastVisitor: number;
  cancellation: Cancellation;
}

export function throwIfCancelled(cancellation: Cancellation): void {
  if (Atomics.load(cancellation, 0) !== 0) throw new CancelledError('The query was cancelled');
}

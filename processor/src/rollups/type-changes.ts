/** Finds which event types changed in intervals that are rolled again. */
import { createHash } from 'node:crypto';

/** The previous rollup row of an interval and event type. */
export interface RemovedRow {
  start: Date;
  type: string;
  events: number;
  /** SHA-256 of the visitors. */
  hash: Buffer;
}

export interface TypeChanges {
  /** Adds the new row of the interval and type. */
  addNew(start: Date, type: string, row: { events: number; visitors: Buffer }): void;
  /** The changed types of an interval; empty if there are none. */
  of(start: Date): string[];
}

/** Events never change, and the number of an erased visitor is never reused: equal counts and visitors mean equal events. */
export function createTypeChanges(removed: RemovedRow[]): TypeChanges {
  const before = new Map<number, Map<string, RemovedRow>>();
  for (const row of removed) {
    const types = before.get(row.start.getTime()) ?? new Map<string, RemovedRow>();
    before.set(row.start.getTime(), types.set(row.type, row));
  }
  const changed = new Map<number, Set<string>>();
  return {
    addNew(start, type, { events, visitors }) {
      const old = before.get(start.getTime())?.get(type);
      before.get(start.getTime())?.delete(type);
      if (old?.events === events && old.hash.equals(createHash('sha256').update(visitors).digest())) return;
      changed.set(start.getTime(), (changed.get(start.getTime()) ?? new Set()).add(type));
    },
    of: (start) => [
      ...(changed.get(start.getTime()) ?? []),
      // The remaining old rows have no new row.
      ...(before.get(start.getTime())?.keys() ?? []),
    ],
  };
}

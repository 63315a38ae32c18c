/** Which types of events have come or gone in intervals that are rolled again: those whose rollup is another than before. */
import { createHash } from 'node:crypto';

/** What an interval's row of dimension `all` said of a type. */
export interface RemovedRow {
  start: Date;
  type: string;
  events: number;
  /** SHA-256 of the visitors. */
  hash: Buffer;
}

export interface TypeChanges {
  /** Tells what the interval's row of the type says now. */
  addNew(start: Date, type: string, row: { events: number; visitors: Buffer }): void;
  /** The types of an interval that changed; empty when none did. */
  of(start: Date): string[];
}

/**
 * Events do not change, and who is erased takes a number along that is given to no other: equal counts and visitors are equal
 * events.
 */
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
      // What is left of before has no row now.
      ...(before.get(start.getTime())?.keys() ?? []),
    ],
  };
}

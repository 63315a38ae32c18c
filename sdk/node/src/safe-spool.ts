/** Wraps a spool so that its failures are reported instead of thrown, and events are sent nevertheless. */

import type { Report } from './problems.js';
import type { Item } from './queue.js';

/**
 * Keeps events for the next process. Belongs to one client, which calls `open` first. All methods are synchronous.
 * `createFileSpool` of `@millrace/node/spool` creates one.
 */
export interface Spool {
  /** @throws Error if it cannot be used, or belongs to another client */
  open(): void;
  /** Takes over items that a dead process left behind; empty when there are no more. @throws Error */
  recover(): Item[];
  /** Stores an item and returns its number, higher than all before. @throws Error */
  append(item: Item): number;
  /** Items up to this number no longer need to be stored. @throws Error */
  settle(number: number): void;
  /** Leaves unsettled items to the next process. @throws Error */
  close(): void;
}

export interface SafeSpool {
  recover(): Item[];
  append(item: Item): void;
  settle(items: Item[]): void;
  close(): void;
}

const noSpool: SafeSpool = { recover: () => [], append() {}, settle() {}, close() {} };

/** Opens the spool, if there is one. @throws Error if it cannot be used at all */
export function createSafeSpool(spool: Spool | undefined, report: Report): SafeSpool {
  if (!spool) return noSpool;
  spool.open();

  function orReport<T>(what: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      const message = `the spool cannot ${what}: ${error instanceof Error ? error.message : String(error)}`;
      report({ reason: 'spool_failed', message, count: 0 });
      return undefined;
    }
  }

  return {
    recover: () => orReport('be read', () => spool.recover()) ?? [],
    append(item) {
      const number = orReport('store an event', () => spool.append(item));
      if (number !== undefined) item.spooled = number;
    },
    settle(items) {
      const last = items.findLast(({ spooled }) => spooled !== undefined)?.spooled;
      if (last !== undefined) orReport('record what was sent', () => spool.settle(last));
    },
    close() {
      orReport('be closed', () => spool.close());
    },
  };
}

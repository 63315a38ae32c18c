/** A spool whose failures are told, and keep nothing from being sent. */

import type { Report } from './problems.js';
import type { Item } from './queue.js';

/** Belongs to one client, which calls `open` first. Everything is done when a call returns. */
export interface Spool {
  /** @throws Error when it cannot be used, or another client has it. */
  open(): void;
  /** Items that a process which is gone has left, now kept here; none when there are no more. @throws Error */
  recover(): Item[];
  /** Keeps an item, and returns its number, higher than all before. @throws Error */
  append(item: Item): number;
  /** Items with this number and below need not be kept any more. @throws Error */
  settle(number: number): void;
  /** What is not settled is left to the next process. @throws Error */
  close(): void;
}

export interface SafeSpool {
  recover(): Item[];
  append(item: Item): void;
  settle(items: Item[]): void;
  close(): void;
}

const noSpool: SafeSpool = { recover: () => [], append() {}, settle() {}, close() {} };

/** Opens the spool where there is one. @throws Error when it cannot be used at all. */
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
      const number = orReport('keep an event', () => spool.append(item));
      if (number !== undefined) item.spooled = number;
    },
    settle(items) {
      const last = items.findLast(({ spooled }) => spooled !== undefined)?.spooled;
      if (last !== undefined) orReport('note what was sent', () => spool.settle(last));
    },
    close() {
      orReport('be closed', () => spool.close());
    },
  };
}

/** A spool whose failures are told, and keep nothing from being sent. */
import type { Report } from './problems.js';
import type { Item } from './queue.js';
import type { Spool } from './spool-contract.js';

export interface Spooled {
  recover(): Item[];
  append(item: Item): void;
  settle(items: Item[]): void;
  close(): void;
}

const nothing: Spooled = { recover: () => [], append() {}, settle() {}, close() {} };

/** Opens the spool where there is one. @throws Error when it cannot be used at all. */
export function keepSpooled(spool: Spool | undefined, report: Report): Spooled {
  if (!spool) return nothing;
  spool.open();

  function orTell<T>(what: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      const message = `the spool cannot ${what}: ${error instanceof Error ? error.message : String(error)}`;
      report({ reason: 'spool_failed', message, count: 0 });
      return undefined;
    }
  }

  return {
    recover: () => orTell('be read', () => spool.recover()) ?? [],
    append(item) {
      const number = orTell('keep an event', () => spool.append(item));
      if (number !== undefined) item.spooled = number;
    },
    settle(items) {
      const last = items.findLast(({ spooled }) => spooled !== undefined)?.spooled;
      if (last !== undefined) orTell('note what was sent', () => spool.settle(last));
    },
    close() {
      orTell('be closed', () => spool.close());
    },
  };
}

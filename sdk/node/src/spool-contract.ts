/** What keeps events for the next process. `createFileSpool` of `@millrace/node/spool` makes one. */
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

/** The queue of unsent events, limited in number and bytes. */

export interface Item {
  /** JSON of one event. */
  text: string;
  /** Of `text` in UTF-8. */
  bytes: number;
  /** Milliseconds since 1970. */
  trackedAtMs: number;
  /** Its number in the spool, if it is stored there. */
  spooled?: number;
}

export interface Queue {
  readonly length: number;
  /** How many items were ever added. */
  readonly added: number;
  /** How many of them have left, delivered or dropped. */
  readonly settled: number;
  hasRoom(bytes: number): boolean;
  add(item: Item): void;
  /** The oldest items: as many as fit into `maxBytes` and 10,000, at least one. */
  nextBatch(maxBytes: number): Item[];
  /** The items tracked before that time, oldest first. */
  before(timeMs: number): Item[];
  /** Removes the oldest items. */
  settle(count: number): Item[];
  /** Resolves when everything now in the queue has left. */
  whenSettled(): Promise<void>;
}

/** Millrace's limit per request. */
const maxBatchEvents = 10_000;

interface Waiter {
  until: number;
  resolve(): void;
}

/** Items stay in the queue, and count towards its limits, until they are settled, even while being sent. */
export function createQueue(maxEvents: number, maxBytes: number): Queue {
  const items: Item[] = [];
  let waiters: Waiter[] = [];
  let [added, settled, bytes] = [0, 0, 0];

  function fitting(limit: number): number {
    let [count, size] = [0, 0];
    for (const item of items) {
      // Plus the comma.
      size += item.bytes + 1;
      if (count === maxBatchEvents || (count > 0 && size > limit)) break;
      count += 1;
    }
    return count;
  }

  return {
    get length() {
      return items.length;
    },
    get added() {
      return added;
    },
    get settled() {
      return settled;
    },
    hasRoom: (more) => items.length < maxEvents && bytes + more <= maxBytes,
    add(item) {
      items.push(item);
      added += 1;
      bytes += item.bytes;
    },
    nextBatch: (limit) => (items.length === 0 ? [] : items.slice(0, fitting(limit))),
    before(timeMs) {
      const index = items.findIndex(({ trackedAtMs }) => trackedAtMs >= timeMs);
      return index === -1 ? items.slice() : items.slice(0, index);
    },
    settle(count) {
      const left = items.splice(0, count);
      settled += left.length;
      for (const item of left) bytes -= item.bytes;
      const isDone = ({ until }: Waiter) => until <= settled;
      for (const waiter of waiters.filter(isDone)) waiter.resolve();
      waiters = waiters.filter((waiter) => !isDone(waiter));
      return left;
    },
    whenSettled() {
      if (settled === added) return Promise.resolve();
      return new Promise((resolve) => waiters.push({ until: added, resolve }));
    },
  };
}

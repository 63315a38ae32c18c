import { withTimeout } from './health.js';
import type { Logger } from './logger.js';

interface Opened {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<unknown>;
}

const reopenDelayMs = 200;
const closeTimeoutMs = 1_000;

/** Something of BullMQ's, opened again until it becomes ready. Read `current` at each use: it may be replaced. */
export function keepOpen<T extends Opened>(open: () => T, what: string, logger: Logger) {
  let closed = false;
  let current = openOnce();

  function openOnce(): T {
    const opened = open();
    opened.waitUntilReady().catch(() => {
      if (closed) return;
      opened.close().catch(() => {});
      setTimeout(() => {
        current = openOnce();
      }, reopenDelayMs).unref();
    });
    return opened;
  }

  return {
    get current() {
      return current;
    },
    async close() {
      closed = true;
      // What is unreachable never finishes closing; nothing is lost by not waiting for it.
      await withTimeout(current.close(), closeTimeoutMs, what).catch((error) =>
        logger.warn({ err: error }, `${what} not closed`),
      );
    },
  };
}

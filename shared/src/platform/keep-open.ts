import { withTimeout } from './health.js';
import type { Logger } from './logger.js';

interface Connection {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<unknown>;
}

const reopenDelayMs = 200;
const closeTimeoutMs = 1_000;

/** Reopens a BullMQ object until it becomes ready. Read `current` at each use, because it may have been replaced. */
export function keepOpen<T extends Connection>(open: () => T, what: string, logger: Logger) {
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
      // An unreachable connection never finishes closing, and nothing is lost by not waiting for it.
      await withTimeout(current.close(), closeTimeoutMs, what).catch((error) =>
        logger.warn({ err: error }, `${what} not closed`),
      );
    },
  };
}

/** A lock per key whose waiters check again after each release, since the work they were waiting for may be done. */
import { ServiceError } from '@millrace/shared/platform/errors';

export interface KeyedLock {
  /**
   * True: the caller holds the lock until it releases it. False: another caller has released it, so the caller should check again
   * whether it still needs the lock.
   * @throws ServiceError `query_timeout` when the signal fires while it waits.
   */
  acquire(key: string, priority: number, signal?: AbortSignal): Promise<boolean>;
  release(key: string): void;
}

interface Waiter {
  priority: number;
  wake(): void;
}

function waitForRelease(waiters: Waiter[], priority: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const waiter = { priority, wake };
    function wake() {
      signal?.removeEventListener('abort', giveUp);
      resolve(false);
    }
    function giveUp() {
      waiters.splice(waiters.indexOf(waiter), 1);
      reject(new ServiceError('query_timeout'));
    }
    waiters.push(waiter);
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted) giveUp();
  });
}

/** The waiter with the highest priority wakes first: its work may serve all the others. */
export function createKeyedLock(): KeyedLock {
  const held = new Map<string, Waiter[]>();
  return {
    acquire(key, priority, signal) {
      const waiters = held.get(key);
      if (waiters) return waitForRelease(waiters, priority, signal);
      held.set(key, []);
      return Promise.resolve(true);
    },
    release(key) {
      const waiters = held.get(key) ?? [];
      held.delete(key);
      for (const { wake } of waiters.sort((a, b) => b.priority - a.priority)) wake();
    },
  };
}

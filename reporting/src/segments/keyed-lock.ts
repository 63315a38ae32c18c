/** Lets one at a time do what the others wait for, and perhaps need not do any more. */
import { ServiceError } from '@millrace/shared/platform/errors';

export interface KeyedLock {
  /**
   * True: it is the caller's turn, until it leaves. False: another one has left, after which the caller looks again.
   * @throws ServiceError `query_timeout` when the signal fires while it waits.
   */
  acquire(name: string, age: number, signal?: AbortSignal): Promise<boolean>;
  release(name: string): void;
}

interface Waiting {
  age: number;
  look(): void;
}

function waitAmong(waiting: Waiting[], age: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const one = { age, look };
    function look() {
      signal?.removeEventListener('abort', giveUp);
      resolve(false);
    }
    function giveUp() {
      waiting.splice(waiting.indexOf(one), 1);
      reject(new ServiceError('query_timeout'));
    }
    waiting.push(one);
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted) giveUp();
  });
}

/** Who has the greatest `age` looks first: what it does may do for all others. */
export function createKeyedLock(): KeyedLock {
  const taken = new Map<string, Waiting[]>();
  return {
    acquire(name, age, signal) {
      const waiting = taken.get(name);
      if (waiting) return waitAmong(waiting, age, signal);
      taken.set(name, []);
      return Promise.resolve(true);
    },
    release(name) {
      const waiting = taken.get(name) ?? [];
      taken.delete(name);
      for (const { look } of waiting.sort((a, b) => b.age - a.age)) look();
    },
  };
}

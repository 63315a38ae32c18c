/** Turns many long queries at once into a few at a time: the others wait their turn, or are refused. */
import { ServiceError } from '@millrace/shared/platform/errors';

export interface GateLimits {
  /** Queries at work at one time. */
  maxConcurrent: number;
  /** Queries that may wait; one more is refused at once. */
  maxWaiting: number;
  /** Longest wait; whose turn has not come then is refused. */
  maxWaitMs: number;
  /** What reads more than so many events, or as much, needs a turn. */
  heavyEvents?: number;
}

/**
 * Runs `work` when it is its turn. `gone` fires when nobody waits for the answer any more: who still waits then leaves.
 * @throws ServiceError `too_many_queries`.
 */
export type Gate = (<T>(work: () => Promise<T>, gone?: AbortSignal) => Promise<T>) & {
  readonly maxConcurrent: number;
  readonly heavyEvents: number;
  /** Whether the next query would run at once. */
  hasFreeSlot(): boolean;
};

/** About a tenth of a second of work. */
const defaultHeavyEvents = 100_000;

export function createGate({
  maxConcurrent,
  maxWaiting,
  maxWaitMs,
  heavyEvents = defaultHeavyEvents,
}: GateLimits): Gate {
  let running = 0;
  const waiting = new Set<() => void>();

  function waitForSlot(gone?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        waiting.delete(enter);
        clearTimeout(timer);
        gone?.removeEventListener('abort', refuse);
        outcome();
      };
      const enter = () => settle(resolve);
      const refuse = () => settle(() => reject(new ServiceError('too_many_queries')));
      const timer = setTimeout(refuse, maxWaitMs);
      gone?.addEventListener('abort', refuse);
      waiting.add(enter);
    });
  }

  /** The place goes to who waits longest, without being free in between: nobody overtakes. */
  function releaseSlot(): void {
    const [next] = waiting;
    if (next) next();
    else running -= 1;
  }

  const gate = async <T>(work: () => Promise<T>, gone?: AbortSignal): Promise<T> => {
    if (gone?.aborted) throw new ServiceError('too_many_queries');
    if (running < maxConcurrent) running += 1;
    else if (waiting.size >= maxWaiting) throw new ServiceError('too_many_queries');
    else await waitForSlot(gone);
    try {
      return await work();
    } finally {
      releaseSlot();
    }
  };
  return Object.assign(gate, { maxConcurrent, heavyEvents, hasFreeSlot: () => running < maxConcurrent });
}

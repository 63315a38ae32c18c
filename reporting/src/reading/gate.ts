/** Limits how many long queries run at once; the others wait in line, or are refused. */
import { ServiceError } from '@millrace/shared/platform/errors';

export interface GateLimits {
  /** Queries that run at the same time. */
  maxConcurrent: number;
  /** Queries that may wait; further ones are refused immediately. */
  maxWaiting: number;
  /** A query that has waited this long is refused. */
  maxWaitMs: number;
  /** Queries that read more than this many events, or the equivalent in rollup rows, need a slot. */
  heavyEvents?: number;
}

/**
 * Runs `work` once a slot is free. A query that is still waiting when `signal` fires is refused.
 * @throws ServiceError `too_many_queries`.
 */
export type Gate = (<T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>) & {
  readonly maxConcurrent: number;
  readonly heavyEvents: number;
  /** Whether the next query would run immediately. */
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

  function waitForSlot(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        waiting.delete(enter);
        clearTimeout(timer);
        signal?.removeEventListener('abort', refuse);
        outcome();
      };
      const enter = () => settle(resolve);
      const refuse = () => settle(() => reject(new ServiceError('too_many_queries')));
      const timer = setTimeout(refuse, maxWaitMs);
      signal?.addEventListener('abort', refuse);
      waiting.add(enter);
    });
  }

  /** Hands the slot to the query that has waited longest, without freeing it in between, so none can overtake. */
  function releaseSlot(): void {
    const [next] = waiting;
    if (next) next();
    else running -= 1;
  }

  const gate = async <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    if (signal?.aborted) throw new ServiceError('too_many_queries');
    if (running < maxConcurrent) running += 1;
    else if (waiting.size >= maxWaiting) throw new ServiceError('too_many_queries');
    else await waitForSlot(signal);
    try {
      return await work();
    } finally {
      releaseSlot();
    }
  };
  return Object.assign(gate, { maxConcurrent, heavyEvents, hasFreeSlot: () => running < maxConcurrent });
}

/** Turns many long queries at once into a few at a time: the others wait their turn, or are refused. */
import { ServiceError } from '@millrace/shared/platform/errors';

export interface GateLimits {
  /** Queries at work at one time. */
  atOnce: number;
  /** Queries that may wait; one more is refused at once. */
  maxWaiting: number;
  /** Longest wait; whose turn has not come then is refused. */
  waitMs: number;
  /** What reads more than so many events, or as much, needs a turn. */
  heavyEvents?: number;
}

/**
 * Runs `work` when it is its turn. `gone` fires when nobody waits for the answer any more: who still waits then leaves.
 * @throws ServiceError `too_many_queries`.
 */
export type Gate = (<T>(work: () => Promise<T>, gone?: AbortSignal) => Promise<T>) & {
  readonly atOnce: number;
  readonly heavyEvents: number;
  /** Whether the next query would run at once. */
  isFree(): boolean;
};

/** About a tenth of a second of work. */
const defaultHeavyEvents = 100_000;

export function createGate({ atOnce, maxWaiting, waitMs, heavyEvents = defaultHeavyEvents }: GateLimits): Gate {
  let working = 0;
  const waiting = new Set<() => void>();

  function turn(gone?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        waiting.delete(enter);
        clearTimeout(timer);
        gone?.removeEventListener('abort', refuse);
        outcome();
      };
      const enter = () => settle(resolve);
      const refuse = () => settle(() => reject(new ServiceError('too_many_queries')));
      const timer = setTimeout(refuse, waitMs);
      gone?.addEventListener('abort', refuse);
      waiting.add(enter);
    });
  }

  /** The place goes to who waits longest, without being free in between: nobody overtakes. */
  function leave(): void {
    const [next] = waiting;
    if (next) next();
    else working -= 1;
  }

  const gate = async <T>(work: () => Promise<T>, gone?: AbortSignal): Promise<T> => {
    if (gone?.aborted) throw new ServiceError('too_many_queries');
    if (working < atOnce) working += 1;
    else if (waiting.size >= maxWaiting) throw new ServiceError('too_many_queries');
    else await turn(gone);
    try {
      return await work();
    } finally {
      leave();
    }
  };
  return Object.assign(gate, { atOnce, heavyEvents, isFree: () => working < atOnce });
}

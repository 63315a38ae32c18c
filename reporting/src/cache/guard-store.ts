/** A store that never fails an answer: while it cannot be used, answers are computed as if there were none. */
import { withTimeout } from '@millrace/shared/platform/health';
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import type { AnswerStore } from './answer-store.js';

export interface GuardedStore {
  /**
   * What `use` resolves with; undefined when the store fails, takes too long, or has done so a moment ago. `undo` gets a result that
   * came too late.
   */
  attempt<T>(
    use: (store: AnswerStore) => Promise<T>,
    undo?: (store: AnswerStore, late: T) => Promise<void>,
  ): Promise<T | undefined>;
  /** For people who want to know, and for jobs that are tried again. */
  readonly store: AnswerStore;
}

const timeoutMs = 1_000;
/** So long a store that failed is left alone. */
const pauseMs = 3_000;
const logEveryMs = 60_000;

export function guardStore(store: AnswerStore, logger: Logger): GuardedStore {
  const logFailure = createErrorLog(logger, 'kept answers cannot be shared; each process computes its own', logEveryMs);
  let pausedUntil = 0;
  return {
    store,
    async attempt(use, undo) {
      if (performance.now() < pausedUntil) return undefined;
      const used = use(store);
      try {
        return await withTimeout(used, timeoutMs, `the ${store.kind} store of answers`);
      } catch (error) {
        pausedUntil = performance.now() + pauseMs;
        logFailure(error);
        if (undo) used.then((late) => undo(store, late)).catch(logFailure);
        return undefined;
      }
    },
  };
}

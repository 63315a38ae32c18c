/** Keeps store failures away from answers: while the store is unavailable, answers are computed as if there were none. */
import { withTimeout } from '@millrace/shared/platform/health';
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import type { AnswerStore } from './answer-store.js';

export interface GuardedStore {
  /**
   * Resolves with the result of `use`, or undefined if the store fails, takes too long, or did so recently. `undo` receives a result
   * that came too late.
   */
  attempt<T>(
    use: (store: AnswerStore) => Promise<T>,
    undo?: (store: AnswerStore, late: T) => Promise<void>,
  ): Promise<T | undefined>;
  /** Unguarded, for administration and for jobs that are retried. */
  readonly store: AnswerStore;
}

const timeoutMs = 1_000;
/** How long a failed store is left alone. */
const pauseMs = 3_000;
const logEveryMs = 60_000;

export function guardStore(store: AnswerStore, logger: Logger): GuardedStore {
  const logFailure = createErrorLog(
    logger,
    'the shared answer cache is unavailable; each process computes its own answers',
    logEveryMs,
  );
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

/** Computes an answer in only one process: the holder of the lock computes it, the others wait for it to appear in the store. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { AnswerKey } from './answer-store.js';
import type { CachedAnswer } from './cached-answer.js';
import type { GuardedStore } from './guard-store.js';

/** The lock is renewed while its holder is alive and expires soon after. */
export interface LockTimes {
  holdMs: number;
  renewMs: number;
  pollMs: number;
  /** How long to wait for a computation that is of other data and may have started before the request. */
  maxWaitMs: number;
}

export const lockTimes: LockTimes = { holdMs: 10_000, renewMs: 3_000, pollMs: 20, maxWaitMs: 5_000 };

/** `stored` settles once the answer is in the store. */
export interface Computed<T> {
  answer: T;
  stored: Promise<unknown>;
}

export type Shared<T> = { kind: 'found'; answer: CachedAnswer; hasWaited: boolean } | { kind: 'computed'; answer: T };

export interface WaitLimit {
  /** Ends the wait with an error. */
  stop: AbortSignal;
  /** By `performance.now()`: after that, computations that may have started before the request are not waited for. */
  until: number;
}

export async function shareAnswer<T>(
  store: GuardedStore,
  key: AnswerKey,
  compute: () => Promise<Computed<T>>,
  { stop, until }: WaitLimit,
  times = lockTimes,
): Promise<Shared<T>> {
  const holder = `${key.version} ${randomUUID()}`;
  let firstHolder: string | undefined;
  /** A computation of the same version, or one that started while we waited, will have an answer for us. */
  const isWorthWaiting = (other: string) => other.startsWith(`${key.version} `) || other !== firstHolder;
  for (let hasWaited = false; ; hasWaited = true) {
    const result = await store.attempt(
      (of) => of.getOrLock(key, holder, times.holdMs),
      // A lock that is acquired too late would keep the others waiting.
      async (of, late) => void (late.kind === 'locked' && (await of.release(key, holder))),
    );
    if (result?.kind === 'answer') return { kind: 'found', answer: result.answer, hasWaited };
    if (result === undefined) return { kind: 'computed', answer: (await compute()).answer };
    if (result.kind === 'locked') {
      return { kind: 'computed', answer: await computeLocked(store, key, holder, compute, times) };
    }
    firstHolder ??= result.holder;
    if (performance.now() >= until && !(result.holder && isWorthWaiting(result.holder))) {
      return { kind: 'computed', answer: (await compute()).answer };
    }
    await pause(times.pollMs, undefined, { signal: stop });
  }
}

async function computeLocked<T>(
  store: GuardedStore,
  key: AnswerKey,
  holder: string,
  compute: () => Promise<Computed<T>>,
  { holdMs, renewMs }: LockTimes,
): Promise<T> {
  const renewing = setInterval(() => void store.attempt((of) => of.renew(key, holder, holdMs)), renewMs).unref();
  const release = () => {
    clearInterval(renewing);
    return store.attempt((of) => of.release(key, holder));
  };
  try {
    const { answer, stored } = await compute();
    // The others look again once the lock is released, and the answer must be stored by then. Our own callers need not wait for that.
    void stored.then(release);
    return answer;
  } catch (error) {
    void release();
    throw error;
  }
}

/** One computation of an answer for all processes: who has the lock computes it, the others wait for what that puts into the store. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { AnswerKey } from './answer-store.js';
import type { GuardedStore } from './guard-store.js';
import type { KeptAnswer } from './kept-answer.js';

/** A lock is renewed as long as its holder lives, and is void soon after that. */
export interface LockTimes {
  holdMs: number;
  renewMs: number;
  pollMs: number;
  /** How long a computation is waited for that is of other data and may have begun before the question. */
  patienceMs: number;
}

export const lockTimes: LockTimes = { holdMs: 10_000, renewMs: 3_000, pollMs: 20, patienceMs: 5_000 };

/** What a computation resolves with: `kept` settles when the store has it. */
export interface Computed<T> {
  answer: T;
  kept: Promise<unknown>;
}

export type Shared<T> = { kind: 'found'; answer: KeptAnswer; isWaitedFor: boolean } | { kind: 'computed'; answer: T };

export interface Patience {
  /** Ends the wait with an error. */
  stop: AbortSignal;
  /** By `performance.now()`: from then on nobody is waited for who may have begun before the question was asked. */
  until: number;
}

export async function shareAnswer<T>(
  store: GuardedStore,
  key: AnswerKey,
  compute: () => Promise<Computed<T>>,
  { stop, until }: Patience,
  times = lockTimes,
): Promise<Shared<T>> {
  const holder = `${key.version} ${randomUUID()}`;
  let first: string | undefined;
  /** Who computes the same version, or began while we waited, will have an answer for us. */
  const isWorthWaiting = (other: string) => other.startsWith(`${key.version} `) || other !== first;
  for (let isWaitedFor = false; ; isWaitedFor = true) {
    const opened = await store.attempt(
      (of) => of.open(key, holder, times.holdMs),
      // A lock that comes too late would keep the others waiting.
      async (of, late) => void (late.kind === 'locked' && (await of.release(key, holder))),
    );
    if (opened?.kind === 'answer') return { kind: 'found', answer: opened.answer, isWaitedFor };
    if (opened === undefined) return { kind: 'computed', answer: (await compute()).answer };
    if (opened.kind === 'locked') {
      return { kind: 'computed', answer: await computeLocked(store, key, holder, compute, times) };
    }
    first ??= opened.holder;
    if (performance.now() >= until && !(opened.holder && isWorthWaiting(opened.holder))) {
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
    const { answer, kept } = await compute();
    // The others look again once the lock is gone, when the answer has to be there. Our own askers need not wait for that.
    void kept.then(release);
    return answer;
  } catch (error) {
    void release();
    throw error;
  }
}

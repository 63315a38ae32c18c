/** Where the processes of an installation share answers: a Postgres table or Redis. */
import { ServiceError } from '@millrace/shared/platform/errors';
import type { CachedAnswer, DataVersionKey } from './cached-answer.js';

/** Identifies a query at the time of the request. */
export interface AnswerKey extends DataVersionKey {
  siteId: string;
  name: string;
}

/** Only one computation runs at a time for each meaning, whatever has been stored meanwhile. */
export const lockOf = ({ name, meaning }: Pick<AnswerKey, 'name' | 'meaning'>): string => `${name} ${meaning}`;

/** `answer`: found. `locked`: the caller must compute it. `wait`: `holder` is computing it, if its name is known yet. */
export type LockResult =
  | { kind: 'answer'; answer: CachedAnswer }
  | { kind: 'locked' }
  | { kind: 'wait'; holder: string | undefined };

export interface StoreSize {
  entries: number;
  bytes: number;
}

export interface AnswerStore {
  readonly kind: 'postgres' | 'redis';
  /** Returns the answer (see `isAnswerTo`), or the lock to compute it, which `holder` keeps for `lockMs`. */
  getOrLock(key: AnswerKey, holder: string, lockMs: number): Promise<LockResult>;
  renew(key: AnswerKey, holder: string, lockMs: number): Promise<void>;
  release(key: AnswerKey, holder: string): Promise<void>;
  /** The newest answer to a query, of any version. */
  newest(siteId: string, name: string): Promise<CachedAnswer | undefined>;
  put(siteId: string, name: string, answer: CachedAnswer, ttlMs: number): Promise<void>;
  /** Removes answers that have expired, exceed the limit, or belong to sites that have changed; returns how many. */
  cleanUp(): Promise<number>;
  /** Removes answers whose names match a pattern (see `name-pattern.ts`); returns how many. */
  remove(pattern: string): Promise<number>;
  size(): Promise<StoreSize>;
}

/** For direct use of the store, or of the queue next to it. @throws ServiceError `queue_unavailable` while Redis is unreachable. */
export async function withStoreErrors<T>({ kind }: Pick<AnswerStore, 'kind'>, operation: Promise<T>): Promise<T> {
  return operation.catch((error) => {
    if (kind !== 'redis' || error instanceof ServiceError) throw error;
    throw new ServiceError('queue_unavailable', 'Redis, which holds the cached answers, is unreachable. Retry later.');
  });
}

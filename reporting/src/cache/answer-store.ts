/** Where the processes of an installation share answers: a Postgres table or Redis. */
import { ServiceError } from '@millrace/shared/platform/errors';
import type { DataMoment, KeptAnswer } from './cached-answer.js';

/** Identifies a query at the time of the request. */
export interface AnswerKey extends DataMoment {
  siteId: string;
  name: string;
}

/** Only one computation runs at a time for each meaning, whatever has been stored meanwhile. */
export const lockOf = ({ name, meaning }: Pick<AnswerKey, 'name' | 'meaning'>): string => `${name} ${meaning}`;

/** `answer`: found. `locked`: the caller must compute it. `wait`: `holder` is computing it, if its name is known yet. */
export type Opened =
  | { kind: 'answer'; answer: KeptAnswer }
  | { kind: 'locked' }
  | { kind: 'wait'; holder: string | undefined };

export interface StoreSize {
  entries: number;
  bytes: number;
}

export interface AnswerStore {
  readonly kind: 'postgres' | 'redis';
  /** Returns the answer (see `isAnswerTo`), or the lock to compute it, which `holder` keeps for `lockMs`. */
  open(key: AnswerKey, holder: string, lockMs: number): Promise<Opened>;
  renew(key: AnswerKey, holder: string, lockMs: number): Promise<void>;
  release(key: AnswerKey, holder: string): Promise<void>;
  /** The newest answer to a query, of any version. */
  newest(siteId: string, name: string): Promise<KeptAnswer | undefined>;
  put(siteId: string, name: string, answer: KeptAnswer, keepMs: number): Promise<void>;
  /** Removes answers that have expired, exceed the limit, or belong to sites that have changed; returns how many. */
  cleanUp(): Promise<number>;
  /** Removes answers whose names match a pattern (see `name-pattern.ts`); returns how many. */
  remove(pattern: string): Promise<number>;
  size(): Promise<StoreSize>;
}

/** For direct use of the store, or of the queue next to it. @throws ServiceError `queue_unavailable` while Redis is unreachable. */
export async function reachStore<T>({ kind }: Pick<AnswerStore, 'kind'>, asked: Promise<T>): Promise<T> {
  return asked.catch((error) => {
    if (kind !== 'redis' || error instanceof ServiceError) throw error;
    throw new ServiceError('queue_unavailable', 'Redis, which holds the cached answers, is unreachable. Retry later.');
  });
}

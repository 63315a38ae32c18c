/** Where the processes of an installation keep answers for each other: a table or Redis. */
import type { DataMoment, KeptAnswer } from './kept-answer.js';

/** A question as of when it was asked. */
export interface AnswerKey extends DataMoment {
  siteId: string;
  name: string;
}

/** One computation at a time of what a question means, whatever has been stored meanwhile. */
export const lockOf = ({ name, meaning }: Pick<AnswerKey, 'name' | 'meaning'>): string => `${name} ${meaning}`;

/** `answer`: it is there. `locked`: it is for the caller to compute it. `wait`: somebody else does, `holder`, unless that is not known yet. */
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
  /** The answer, see `isAnswerTo`, or the lock to compute it, which `holder` has until `lockMs` have passed. */
  open(key: AnswerKey, holder: string, lockMs: number): Promise<Opened>;
  renew(key: AnswerKey, holder: string, lockMs: number): Promise<void>;
  release(key: AnswerKey, holder: string): Promise<void>;
  /** The newest answer to a question, of whatever version. */
  newest(siteId: string, name: string): Promise<KeptAnswer | undefined>;
  put(siteId: string, name: string, answer: KeptAnswer, keepMs: number): Promise<void>;
  /** Removes what is past its time, what is too much, and what is of sites that are not what they were; returns how many answers. */
  cleanUp(): Promise<number>;
  /** Removes answers whose names match a pattern, see `name-pattern.ts`; returns how many. */
  remove(pattern: string): Promise<number>;
  size(): Promise<StoreSize>;
}

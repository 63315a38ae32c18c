/** Within a process: who is given what is being computed already, and who needs a computation of their own. */
import { randomUUID } from 'node:crypto';
import type { GivenAnswer } from './compute-answer.js';
import { createFlights } from './flights.js';
import { isAnswerTo } from './kept-answer.js';
import type { LookedUp } from './look-up.js';

/** What a question whose answer may be kept was found to be about. */
export type Shareable = LookedUp & { version: string };

export const isShareable = (found: LookedUp): found is Shareable => found.version !== undefined;

/** What others who ask know of a computation under way; times by `performance.now()`. */
export interface Flying {
  /** What it was begun for. */
  readonly version: string;
  /** When the one who began it asked. */
  readonly askedAt: number;
  /** Before anything is read; undefined while, or where, another process computes. */
  startedAt?: number;
}

/** Stopped when nobody waits for it any more. */
type Work = (stop: AbortSignal) => Promise<GivenAnswer>;

/** It sets `startedAt`. */
type SharedWork = (stop: AbortSignal, flying: Flying) => Promise<GivenAnswer>;

export interface Joining {
  /** Nobody else is given it. */
  alone(work: Work, gone?: AbortSignal): Promise<GivenAnswer>;
  /** `share` looks for what other processes have and are computing, `compute` does not. */
  join(found: Shareable, works: { share: SharedWork; compute: Work }, gone?: AbortSignal): Promise<GivenAnswer>;
}

interface Asked {
  found: Shareable;
  askedAt: number;
  gone: AbortSignal | undefined;
}

export function createJoining(patienceMs: number): Joining {
  const flights = createFlights<GivenAnswer, Flying>();

  /** `impatient`: it was of other data, may have begun before the question, and took too long. `next`: so it was, and is no answer. */
  async function land({ found, askedAt, gone }: Asked, share: SharedWork): Promise<GivenAnswer | 'impatient' | 'next'> {
    const key = `${found.name} ${found.meaning}`;
    const flying = flights.labelOf(key) ?? { version: found.version, askedAt };
    const isLater = () => flying.startedAt !== undefined && flying.startedAt >= askedAt;
    const isOurs = () => flying.version === found.version || isLater();
    const impatience = new AbortController();
    const leave = () => !isOurs() && impatience.abort();
    const timer = setTimeout(leave, Math.max(0, askedAt + patienceMs - performance.now()));
    const leaving = AbortSignal.any(gone ? [gone, impatience.signal] : [impatience.signal]);
    try {
      const given = await flights.join(key, (stop) => share(stop, flying), leaving, flying);
      return isLater() || isAnswerTo(found, given) ? given : 'next';
    } catch (error) {
      if (gone?.aborted) throw error;
      if (impatience.signal.aborted) return 'impatient';
      if (isOurs()) throw error;
      return 'next';
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    alone: (work, gone) => flights.join(randomUUID(), work, gone),
    /**
     * What others compute is an answer to this question, too, when it is made of the same data, or of what was read after the question
     * was asked; so is their failure. Else the next computation is: then it began later.
     */
    async join(found, { share, compute }, gone) {
      const asked = { found, askedAt: performance.now(), gone };
      for (;;) {
        const landed = await land(asked, share);
        if (landed === 'impatient') break;
        if (landed !== 'next') return landed;
      }
      return flights.join(`${found.name} ${found.meaning} ${found.version}`, compute, gone);
    },
  };
}

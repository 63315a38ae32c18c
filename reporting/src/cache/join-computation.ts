/** Decides within a process which requests can share a running computation and which need another one. */
import { randomUUID } from 'node:crypto';
import { isAnswerTo } from './cached-answer.js';
import type { GivenAnswer } from './compute-answer.js';
import type { LookedUp } from './lookup.js';
import { createFlights } from './single-flight.js';

/** A query whose answer may be cached. */
export type Shareable = LookedUp & { version: string };

export const isShareable = (found: LookedUp): found is Shareable => found.version !== undefined;

/** Describes a running computation to other callers; times are of `performance.now()`. */
export interface Flying {
  /** The version it was started for. */
  readonly version: string;
  /** When the first caller asked for it. */
  readonly askedAt: number;
  /** Before anything is read; undefined if another process is computing. */
  startedAt?: number;
}

/** Stopped when nobody waits for it any more. */
type Work = (stop: AbortSignal) => Promise<GivenAnswer>;

/** Sets `startedAt`. */
type SharedWork = (stop: AbortSignal, flying: Flying) => Promise<GivenAnswer>;

export interface Joining {
  /** Not shared with anyone. */
  alone(work: Work, gone?: AbortSignal): Promise<GivenAnswer>;
  /** `share` also uses answers and computations of other processes; `compute` does not. */
  join(found: Shareable, works: { share: SharedWork; compute: Work }, gone?: AbortSignal): Promise<GivenAnswer>;
}

interface Asked {
  found: Shareable;
  askedAt: number;
  gone: AbortSignal | undefined;
}

export function createJoining(patienceMs: number): Joining {
  const flights = createFlights<GivenAnswer, Flying>();

  /** `impatient`: it is of other data, may have started before the request, and took too long. `next`: the same, but it ended and does not fit. */
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
     * A running computation also answers this request if it is of the same data, or if it read its data after the request was made; the
     * same goes for its failure. Otherwise the next computation does, which starts later.
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

/** Within a process: who is given what is being computed already, and who needs a computation of their own. */
import { randomUUID } from 'node:crypto';
import type { GivenAnswer } from './compute-answer.js';
import { createFlights } from './flights.js';
import { isAnswerTo } from './kept-answer.js';
import type { LookedUp } from './look-up.js';

/** What a question whose answer may be kept was found to be about. */
export type Shareable = LookedUp & { version: string };

export const isShareable = (found: LookedUp): found is Shareable => found.version !== undefined;

export interface Landed {
  given: GivenAnswer;
  /** By `performance.now()`, before anything was read; undefined where another process computed it. */
  startedAt?: number;
}

/** Stopped when nobody waits for it any more. */
type Work = (stop: AbortSignal) => Promise<Landed>;

export interface Joining {
  /** Nobody else is given it. */
  alone(work: Work, gone?: AbortSignal): Promise<GivenAnswer>;
  /** `share` looks for what other processes have and are computing, `compute` does not. */
  join(found: Shareable, works: { share: Work; compute: Work }, gone?: AbortSignal): Promise<GivenAnswer>;
}

export function createJoining(patienceMs: number): Joining {
  const flights = createFlights<Landed>();

  /** Undefined when what is under way began for other data, and has taken too long since. */
  async function land(found: Shareable, share: Work, gone?: AbortSignal): Promise<Landed | undefined> {
    const { version } = found;
    const key = `${found.name} ${found.meaning}`;
    const before = flights.labelOf(key);
    const patience = before !== undefined && before !== version ? AbortSignal.timeout(patienceMs) : undefined;
    const signals = [gone, patience].filter((signal) => signal !== undefined);
    try {
      return await flights.join(key, share, AbortSignal.any(signals), version);
    } catch (error) {
      if (!patience?.aborted || gone?.aborted) throw error;
      return undefined;
    }
  }

  return {
    alone: async (work, gone) => (await flights.join(randomUUID(), work, gone)).given,
    /**
     * What others compute is an answer to this question, too, when it is made of the same data, or of what was read after the question
     * was asked. Else the next computation is: then it began later.
     */
    async join(found, { share, compute }, gone) {
      const askedAt = performance.now();
      for (;;) {
        const landed = await land(found, share, gone);
        if (!landed) break;
        const { given, startedAt = Number.NEGATIVE_INFINITY } = landed;
        if (startedAt >= askedAt || isAnswerTo(found, given)) return given;
      }
      return (await flights.join(`${found.name} ${found.meaning} ${found.version}`, compute, gone)).given;
    },
  };
}

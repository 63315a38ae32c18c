/** Decides within a process which requests can share a running computation and which need another one. */
import { randomUUID } from 'node:crypto';
import { isAnswerTo } from './cached-answer.js';
import type { ServedAnswer } from './compute-answer.js';
import type { Lookup } from './lookup.js';
import { createSingleFlight } from './single-flight.js';

/** A query whose answer may be cached. */
export type Shareable = Lookup & { version: string };

export const isShareable = (lookup: Lookup): lookup is Shareable => lookup.version !== undefined;

/** Describes a running computation to other callers; times are of `performance.now()`. */
export interface RunningComputation {
  /** The version it was started for. */
  readonly version: string;
  /** When the first caller requested it. */
  readonly requestedAt: number;
  /** Before anything is read; undefined if another process is computing. */
  startedAt?: number;
}

/** Stopped when the last caller has left. */
type Work = (stop: AbortSignal) => Promise<ServedAnswer>;

/** Sets `startedAt`. */
type SharedWork = (stop: AbortSignal, running: RunningComputation) => Promise<ServedAnswer>;

export interface Computations {
  /** Not shared with anyone. */
  runAlone(work: Work, signal?: AbortSignal): Promise<ServedAnswer>;
  /** `share` also uses answers and computations of other processes; `compute` does not. */
  join(lookup: Shareable, works: { share: SharedWork; compute: Work }, signal?: AbortSignal): Promise<ServedAnswer>;
}

interface PendingRequest {
  lookup: Shareable;
  requestedAt: number;
  signal: AbortSignal | undefined;
}

export function createComputations(maxWaitMs: number): Computations {
  const flights = createSingleFlight<ServedAnswer, RunningComputation>();

  /** `waited too long`: it is of other data, may have started before the request, and took too long. `next`: the same, but it ended and does not fit. */
  async function joinRunning(
    { lookup, requestedAt, signal }: PendingRequest,
    share: SharedWork,
  ): Promise<ServedAnswer | 'waited too long' | 'next'> {
    const key = `${lookup.name} ${lookup.meaning}`;
    const running = flights.labelOf(key) ?? { version: lookup.version, requestedAt };
    const isLater = () => running.startedAt !== undefined && running.startedAt >= requestedAt;
    const isOfSameData = () => running.version === lookup.version || isLater();
    const waitLimit = new AbortController();
    const leave = () => !isOfSameData() && waitLimit.abort();
    const timer = setTimeout(leave, Math.max(0, requestedAt + maxWaitMs - performance.now()));
    const leaving = AbortSignal.any(signal ? [signal, waitLimit.signal] : [waitLimit.signal]);
    try {
      const served = await flights.join(key, (stop) => share(stop, running), leaving, running);
      return isLater() || isAnswerTo(lookup, served) ? served : 'next';
    } catch (error) {
      if (signal?.aborted) throw error;
      if (waitLimit.signal.aborted) return 'waited too long';
      if (isOfSameData()) throw error;
      return 'next';
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    runAlone: (work, signal) => flights.join(randomUUID(), work, signal),
    /**
     * A running computation also answers this request if it is of the same data, or if it read its data after the request was made; the
     * same goes for its failure. Otherwise the next computation does, which starts later.
     */
    async join(lookup, { share, compute }, signal) {
      const pending = { lookup, requestedAt: performance.now(), signal };
      for (;;) {
        const outcome = await joinRunning(pending, share);
        if (outcome === 'waited too long') break;
        if (outcome !== 'next') return outcome;
      }
      return flights.join(`${lookup.name} ${lookup.meaning} ${lookup.version}`, compute, signal);
    },
  };
}

/** What a client tells about what did not go well, and the count of what was lost by it. */

/**
 * - `queue_full`: the queue is at its bound of events or bytes
 * - `invalid`: it cannot be written as JSON
 * - `too_large`: the server takes no body as large as this one event
 * - `rejected`: the server found this event wrong
 * - `refused`: the server refused the whole request, for a wrong key, say
 * - `expired`: it could not be delivered within `maxAgeMs`
 * - `closed`: tracked after `shutdown()`, or unsent when that ended
 * - `retrying`: a request failed and will be tried again; nothing is lost
 * - `spool_failed`: a file could not be written or read; what is tracked is sent all the same
 */
export type ProblemReason =
  | 'queue_full'
  | 'invalid'
  | 'too_large'
  | 'rejected'
  | 'refused'
  | 'expired'
  | 'closed'
  | 'retrying'
  | 'spool_failed';

/** What the server said of one event. */
export interface Rejection {
  reason: string;
  field: string;
  message: string;
}

/** An event as it would have been sent. */
export interface Lost {
  body: Record<string, unknown>;
  rejection?: Rejection;
}

export interface Problem {
  reason: ProblemReason;
  /** A sentence for a log. */
  message: string;
  /** How many events are lost by it. */
  count: number;
  /** Those of them that are known: of more than 1,000 rejected events of one request the server names the first 1,000. */
  lost: Lost[];
  /** Of the answer, where there was one. */
  status?: number;
}

export type Report = (problem: Omit<Problem, 'lost'>, lost?: () => Lost[]) => void;

export interface Problems {
  report: Report;
  /** How many events were lost so far. */
  readonly dropped: number;
}

/** Hands problems on to `onError`, which cannot do harm: whatever it throws is ignored. */
export function createProblems(onError?: (problem: Problem) => unknown): Problems {
  let dropped = 0;
  return {
    report(problem, lost = () => []) {
      dropped += problem.count;
      if (!onError) return;
      try {
        Promise.resolve(onError({ ...problem, lost: lost() })).catch(() => {});
      } catch {
        // Its own fault must not become that of whoever tracks.
      }
    },
    get dropped() {
      return dropped;
    },
  };
}

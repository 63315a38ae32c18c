/**
 * - `queue_full`: the queue has reached its limit of events or bytes
 * - `invalid`: it cannot be written as JSON
 * - `too_large`: the server accepts no body as large as this single event
 * - `rejected`: the server found this event invalid
 * - `refused`: the server refused the whole request, for example because of an invalid key
 * - `expired`: it could not be delivered within `maxAgeMs`
 * - `closed`: tracked after `shutdown()`, or unsent when that ended
 * - `retrying`: a request failed and will be retried; nothing is lost
 * - `spool_failed`: a file could not be written or read; events are sent nevertheless
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

/** Why the server rejected an event. */
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
  /** How many events were lost. */
  count: number;
  /** The lost events that are known: the server names only the first 1,000 rejected events of a request. */
  lost: Lost[];
  /** Of the response, if there was one. */
  status?: number;
}

export type Report = (problem: Omit<Problem, 'lost'>, lost?: () => Lost[]) => void;

export interface Problems {
  report: Report;
  /** How many events were lost so far. */
  readonly dropped: number;
}

/** Passes problems to `onError` and ignores what it throws. */
export function createProblems(onError?: (problem: Problem) => unknown): Problems {
  let dropped = 0;
  return {
    report(problem, lost = () => []) {
      dropped += problem.count;
      if (!onError) return;
      try {
        Promise.resolve(onError({ ...problem, lost: lost() })).catch(() => {});
      } catch {
        // An error in the callback must not reach the caller of `track`.
      }
    },
    get dropped() {
      return dropped;
    },
  };
}

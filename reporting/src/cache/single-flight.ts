/** Runs one computation for all concurrent requests with the same key. It is stopped when the last caller has left. */
import { ServiceError } from '@millrace/shared/platform/errors';

/** `stop` fires when all callers have left. */
type Work<T> = (stop: AbortSignal) => Promise<T>;

interface Flight<T, L> {
  result: Promise<T>;
  waiting: number;
  stopping: AbortController;
  label: L | undefined;
}

export interface SingleFlight<T, L> {
  /** Joins or starts the computation for `key`. Rejects with `query_timeout` once `signal` fires; without it, waits to the end. */
  join(key: string, work: Work<T>, signal?: AbortSignal, label?: L): Promise<T>;
  /** The label that the running computation was started with. */
  labelOf(key: string): L | undefined;
}

export function createSingleFlight<T, L = undefined>(): SingleFlight<T, L> {
  const flights = new Map<string, Flight<T, L>>();

  function begin(key: string, work: Work<T>, label: L | undefined): Flight<T, L> {
    const stopping = new AbortController();
    const flight: Flight<T, L> = { result: work(stopping.signal), waiting: 0, stopping, label };
    flights.set(key, flight);
    const end = () => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    flight.result.then(end, end);
    return flight;
  }

  return {
    labelOf: (key) => flights.get(key)?.label,
    join(key, work, signal, label) {
      if (signal?.aborted) return Promise.reject(new ServiceError('query_timeout'));
      const flight = flights.get(key) ?? begin(key, work, label);
      flight.waiting += 1;
      return new Promise<T>((resolve, reject) => {
        const leave = () => {
          flight.waiting -= 1;
          if (flight.waiting === 0) {
            // Later callers start a new computation.
            if (flights.get(key) === flight) flights.delete(key);
            flight.stopping.abort();
          }
          reject(new ServiceError('query_timeout'));
        };
        signal?.addEventListener('abort', leave, { once: true });
        flight.result.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave));
      });
    },
  };
}

/** Lets long computations yield, or health checks and job locks would time out. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Await it regularly; yields to the event loop when 20 ms have passed. */
export type YieldIfDue = () => Promise<void> | undefined;

const turnMs = 20;

export function createYield(): YieldIfDue {
  let since = performance.now();
  const yieldNow = async () => {
    await nextTurn();
    since = performance.now();
  };
  return () => (performance.now() - since < turnMs ? undefined : yieldNow());
}

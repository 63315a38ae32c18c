/** Lets long computations yield, or health checks and job locks would time out. */
import { setImmediate as othersAreDone } from 'node:timers/promises';

/** Await it regularly; yields to the event loop when 20 ms have passed. */
export type TakeTurns = () => Promise<void> | undefined;

const turnMs = 20;

export function createTurns(): TakeTurns {
  let since = performance.now();
  const takeTurns = async () => {
    await othersAreDone();
    since = performance.now();
  };
  return () => (performance.now() - since < turnMs ? undefined : takeTurns());
}

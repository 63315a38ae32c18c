/** Long computations leave the process its health checks, and the queue its locks. */
import { setImmediate as othersAreDone } from 'node:timers/promises';

/** To be awaited in between; lets everything else go first once 20 ms have passed. */
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

/** A stream of batches → posts, a few in flight at a time, taking the next batch only when there is room. */
import type { Batch } from './make-batches.js';

const MAX_IN_FLIGHT = 4;

/**
 * Ends when every batch taken was settled. The first failure of `post` stops the taking, calls `onFailure` (so that a
 * source that is waiting for input can be closed) and is thrown once the others are settled.
 */
export async function postBatches(
  batches: AsyncIterable<Batch>,
  post: (batch: Batch) => Promise<void>,
  onFailure: () => void,
): Promise<void> {
  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];

  async function settle(batch: Batch): Promise<void> {
    try {
      await post(batch);
    } catch (error) {
      failures.push(error);
      onFailure();
    }
  }

  try {
    for await (const batch of batches) {
      const task: Promise<void> = settle(batch).then(() => void inFlight.delete(task));
      inFlight.add(task);
      if (inFlight.size >= MAX_IN_FLIGHT) await Promise.race(inFlight);
      if (failures.length > 0) break;
    }
  } catch (error) {
    failures.push(error);
  }
  await Promise.all(inFlight);
  if (failures.length > 0) throw failures[0];
}

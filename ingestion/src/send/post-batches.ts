/** Posts a stream of batches, a few at a time. */
import type { Batch } from './make-batches.js';

const MAX_IN_FLIGHT = 4;

/**
 * Resolves when all batches are settled. After the first failure it takes no more batches, calls `onFailure` (so that a source
 * waiting for input can be closed), and throws the error once the others are settled.
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

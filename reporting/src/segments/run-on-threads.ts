/** Splits a task by visitors, so that each thread counts its share of the events of every part. */
import { ServiceError } from '@millrace/shared/platform/errors';
import { CancelledError, firstRowOf, type Part, partOfVisitors, type SharedTask } from './part.js';
import type { ReadParts } from './read-parts.js';
import type { SegmentEngine } from './segment-engine.js';
import type { PieceOf, ResultOf, Task } from './tasks.js';

/** Tolerated deviation of a share, as a fraction: a more precise search takes longer than it saves. */
const tolerance = 0.02;

/** The visitor before whom the parts have the given number of events, within a tolerance. */
function visitorAtEvent(parts: Part[], events: number, within: number, lastVisitor: number): number {
  let [low, high] = [0, lastVisitor + 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const before = parts.reduce((sum, part) => sum + firstRowOf(part, middle), 0);
    if (Math.abs(before - events) <= within) return middle;
    if (before < events) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Ranges of visitors with about the same number of events each. Ranges of equal size would not do: most events of any month are
 * those of the newest visitors.
 */
function sharesOf(threads: number, parts: Part[], events: number, lastVisitor: number): [number, number][] {
  const share = events / threads;
  const bounds = Array.from({ length: threads - 1 }, (_, at) =>
    visitorAtEvent(parts, (at + 1) * share, tolerance * share, lastVisitor),
  );
  const all = [0, ...bounds, Number.POSITIVE_INFINITY];
  return Array.from({ length: threads }, (_, at) => [all[at]!, all[at + 1]!]);
}

/** Called with each piece, and the share that it is from. */
export type OnPiece<T extends Task> = (piece: PieceOf<T>, share: number, shares: number) => void;

/** Returns the result of each thread, which have different visitors. @throws ServiceError `query_timeout` when `signal` fires. */
export async function runOnThreads<T extends Task>(
  { pool, minEventsPerThread }: SegmentEngine,
  { parts, site, users }: ReadParts,
  taskOf: (shared: SharedTask) => T,
  signal?: AbortSignal,
  onPiece?: OnPiece<T>,
): Promise<ResultOf<T>[]> {
  const cancellation = new Int32Array(new SharedArrayBuffer(4));
  const cancel = () => Atomics.store(cancellation, 0, 1);
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const threads = Math.max(1, Math.min(pool.threads, Math.floor(rows / minEventsPerThread)));
  try {
    const lastVisitor = site.lastVisitorNo + users.length;
    const shares = sharesOf(threads, parts, rows, lastVisitor);
    const run = (visitors: SharedTask['visitors'], share: number) => {
      const own = parts.map((part) => partOfVisitors(part, visitors)).filter((part) => part.rows > 0);
      const task = taskOf({ parts: own, visitors, lastVisitor, cancellation });
      return pool.run(task, (piece) => onPiece?.(piece, share, shares.length));
    };
    return await Promise.all(shares.map(run));
  } catch (error) {
    // The results of the other shares are no longer needed.
    cancel();
    throw error instanceof CancelledError ? new ServiceError('query_timeout') : error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

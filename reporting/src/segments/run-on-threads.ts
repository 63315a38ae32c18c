/** Gives each thread a share of the visitors, and so of the events of every part. */
import { ServiceError } from '@millrace/shared/errors';
import { CancelledError, type SharedTask } from './part.js';
import type { ReadParts } from './read-parts.js';
import type { SegmentEngine } from './segment-engine.js';
import type { PieceOf, ResultOf, Task } from './tasks.js';

function sharesOf(threads: number, visitors: number): [number, number][] {
  const bound = (at: number) =>
    at === 0 ? 0 : at === threads ? Number.POSITIVE_INFINITY : Math.ceil((at * visitors) / threads);
  return Array.from({ length: threads }, (_, at) => [bound(at), bound(at + 1)]);
}

/** Takes a piece from one of the shares; there are `shares` of them. */
export type TakePiece<T extends Task> = (piece: PieceOf<T>, share: number, shares: number) => void;

/** What each thread has counted; their visitors are different ones. `signal` ends it early. @throws ServiceError `query_timeout` then. */
export async function runOnThreads<T extends Task>(
  { pool, eventsPerThread }: SegmentEngine,
  { parts, site, users }: ReadParts,
  taskOf: (shared: SharedTask) => T,
  signal?: AbortSignal,
  take?: TakePiece<T>,
): Promise<ResultOf<T>[]> {
  const cancellation = new Int32Array(new SharedArrayBuffer(4));
  const cancel = () => Atomics.store(cancellation, 0, 1);
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const threads = Math.max(1, Math.min(pool.threads, Math.floor(rows / eventsPerThread)));
  try {
    const lastVisitor = site.lastVisitorNo + users.length;
    const shares = sharesOf(threads, lastVisitor + 1);
    const run = (visitors: SharedTask['visitors'], share: number) =>
      pool.run(taskOf({ parts, visitors, lastVisitor, cancellation }), (piece) => take?.(piece, share, shares.length));
    return await Promise.all(shares.map(run));
  } catch (error) {
    // What the other shares count is of no use any more.
    cancel();
    throw error instanceof CancelledError ? new ServiceError('query_timeout') : error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

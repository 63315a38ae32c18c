/** Runs light reads immediately and heavy ones a few at a time, by how much they read rather than by caller. */
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import type { Admit } from '../query/reading-cost.js';
import type { SegmentEngine } from '../segments/segment-engine.js';
import type { Gate } from './gate.js';
import { inSnapshot } from './in-snapshot.js';
import type { ReadBudget } from './read-budget.js';

export interface ReadOptions {
  admit?: Admit | undefined;
  /** When absent, everything is counted from rollups and raw events. */
  engine?: SegmentEngine | undefined;
  /** Fires when the caller no longer waits for the answer. */
  signal?: AbortSignal | undefined;
}

export interface ReadDeps {
  pool: Pool;
  gate: Gate;
  engine?: SegmentEngine | undefined;
}

/** Rollup rows are read about this many times as fast as raw events. */
const rowsPerEvent = 4;

/** The pool's own statement limit; see `main.ts`. */
const longestStatementMs = 15_000;

/**
 * Runs `read` on one snapshot. While a slot for heavy reads is free, it takes that slot without estimating the cost, since
 * counting the events can take half as long as reading them. Otherwise `read` passes the cost of each part to `admit` before
 * reading it: a light read runs to the end, a heavy one is abandoned and starts over once it gets a slot, so that it holds no
 * connection while it waits. The read is cancelled in Postgres when the client disconnects or the time is up.
 * @throws ServiceError `too_many_queries`, or the error from Postgres.
 */
export async function admitRead<T>(
  { pool, gate, engine }: ReadDeps,
  { signal, remainingMs }: ReadBudget,
  read: (client: PoolClient, reads: ReadOptions) => Promise<T>,
  longestMs = longestStatementMs,
): Promise<T> {
  const run = (admit?: Admit) =>
    inSnapshot(pool, (client) => read(client, { admit, engine, signal }), {
      signal,
      statementTimeoutMs: Math.min(longestMs, remainingMs()),
    });
  if (gate.hasFreeSlot()) return gate(() => run(), signal);
  const isHeavy = new Error('the read has to wait for a slot');
  let weight = 0;
  try {
    return await run(({ events, rows }) => {
      weight += events + rows / rowsPerEvent;
      if (weight > gate.heavyEvents) throw isHeavy;
    });
  } catch (error) {
    if (error !== isHeavy) throw error;
    return gate(() => run(), signal);
  }
}

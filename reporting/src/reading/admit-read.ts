/** Admits reads: light ones at once, heavy ones a few at a time, by what they read and not by who asks. */
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import type { Admit } from '../query/reading-cost.js';
import type { SegmentEngine } from '../segments/segment-engine.js';
import type { Gate } from './gate.js';
import { inSnapshot } from './in-snapshot.js';
import type { ReadBudget } from './read-budget.js';

export interface ReadOptions {
  admit?: Admit | undefined;
  /** Absent: everything is counted from rollups and raw events. */
  engine?: SegmentEngine | undefined;
  /** Fires when nobody waits for the answer any more. */
  signal?: AbortSignal | undefined;
}

export interface ReadDeps {
  pool: Pool;
  gate: Gate;
  engine?: SegmentEngine | undefined;
}

/** Rows of rollups are read about so many times as fast as raw events. */
const rowsPerEvent = 4;

/** Statements of the pool may take so long; see `main.ts`. */
const longestStatementMs = 15_000;

/**
 * Runs `read` on one snapshot. While a place for heavy reads is free, it takes that place without asking for the cost, since counting
 * the events can take half as long as reading them. Otherwise `read` tells `admit` what each part costs before reading it: a light
 * read is answered right away, a heavy one starts again when its turn has come, since a waiting read must not hold a connection.
 * The read is cancelled in Postgres when its client has left or its time is up.
 * @throws ServiceError `too_many_queries`, or what Postgres says.
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
  const isHeavy = new Error('the read has to wait for its turn');
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

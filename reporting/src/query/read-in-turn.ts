/** Admits reads: light ones at once, heavy ones a few at a time, by what they read and not by who asks. */
import type { Pool, PoolClient } from '@millrace/shared/postgres';
import type { ReadBudget } from '../read-budget.js';
import type { Gate } from './heavy-queries.js';
import { inSnapshot } from './in-snapshot.js';
import type { Admit } from './reading-cost.js';

export interface ReadDependencies {
  pool: Pool;
  gate: Gate;
}

/** Rows of rollups are read about so many times as fast as raw events. */
const rowsPerEvent = 4;

/** Statements of the pool may take so long; see `main.ts`. */
const longestStatementMs = 15_000;

/**
 * Runs `read` on one snapshot. While a place for heavy reads is free it takes that, whatever it costs: counting what it reads takes up to half as
 * long as reading it. Otherwise `read` tells `admit` what each part costs before reading it. What is light in all is answered right
 * then; what is not starts again when its turn has come, since who waits must hold no connection. It is cancelled in Postgres
 * when nobody waits any more, or when the request's time is up.
 * @throws ServiceError `too_many_queries`, or what Postgres says.
 */
export async function readInTurn<T>(
  { pool, gate }: ReadDependencies,
  { signal, remainingMs }: ReadBudget,
  read: (client: PoolClient, admit?: Admit) => Promise<T>,
  longestMs = longestStatementMs,
): Promise<T> {
  const run = (admit?: Admit) =>
    inSnapshot(pool, (client) => read(client, admit), {
      signal,
      statementTimeoutMs: Math.min(longestMs, remainingMs()),
    });
  if (gate.isFree()) return gate(() => run(), signal);
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

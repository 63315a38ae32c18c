/** Noting what came of an attempt, also while the database restarts: what is not noted would be sent a second time. */
import { setTimeout } from 'node:timers/promises';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type DeliveryKey, type DeliveryOutcome, noteDelivery } from './ledger.js';

const firstPauseMs = 250;
const longestPauseMs = 5_000;

export interface NotingDeps {
  pool: Pool;
  logger: Logger;
  clock: () => Date;
  /** Fires when the process is told to stop: the outcome is noted at once or not at all. */
  stopping?: AbortSignal | undefined;
}

export interface Attempt {
  /** Which attempt of the row it is. */
  attempts: number;
  /** From then on others count it as lost, and its outcome is not awaited any more. */
  lostAt: Date;
}

/** SQLSTATE classes of errors that no retry can fix: invalid data, violated constraints, invalid statements. */
const permanent = /^(22|23|42)/;

/** Tries again while the database does not take it and the attempt does not count as lost. @throws what the last try said */
export async function noteOutcome(
  { pool, logger, clock, stopping }: NotingDeps,
  key: DeliveryKey,
  { attempts, lostAt }: Attempt,
  outcome: DeliveryOutcome,
): Promise<void> {
  const endedAt = clock();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await noteDelivery(pool, key, attempts, outcome, endedAt);
    } catch (error) {
      if (permanent.test((error as { code?: string }).code ?? '') || stopping?.aborted || clock() >= lostAt)
        throw error;
      logger.warn({ err: error, report: key.reportId }, 'the outcome of a delivery cannot be noted yet');
    }
    // Told to stop, it tries once more without waiting.
    await setTimeout(pauseMs, undefined, stopping && { signal: stopping }).catch(() => {});
  }
}

/** Records the outcome of an attempt even while the database restarts, because an unrecorded message would be sent twice. */
import { setTimeout } from 'node:timers/promises';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type DeliveryKey, type DeliveryOutcome, recordDelivery } from './ledger.js';

const firstPauseMs = 250;
const longestPauseMs = 5_000;

export interface RecordOutcomeDeps {
  pool: Pool;
  logger: Logger;
  clock: () => Date;
  /** Fires on shutdown: there is only one more try. */
  stopping?: AbortSignal | undefined;
}

export interface Attempt {
  /** Number of the attempt. */
  attempts: number;
  /** From then on other processes count the attempt as lost, so retrying is pointless. */
  lostAt: Date;
}

/** SQLSTATE classes of errors that no retry can fix: invalid data, violated constraints, invalid statements. */
const permanent = /^(22|23|42)/;

/** Retries until the attempt counts as lost. @throws the last error. */
export async function recordOutcome(
  { pool, logger, clock, stopping }: RecordOutcomeDeps,
  key: DeliveryKey,
  { attempts, lostAt }: Attempt,
  outcome: DeliveryOutcome,
): Promise<void> {
  const endedAt = clock();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await recordDelivery(pool, key, attempts, outcome, endedAt);
    } catch (error) {
      if (permanent.test((error as { code?: string }).code ?? '') || stopping?.aborted || clock() >= lostAt)
        throw error;
      logger.warn({ err: error, report: key.reportId }, 'could not record the outcome of a delivery; retrying');
    }
    // On shutdown it tries once more without waiting.
    await setTimeout(pauseMs, undefined, stopping && { signal: stopping }).catch(() => {});
  }
}

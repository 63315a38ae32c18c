/** Stores events, creating missing partitions first. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { readRawHorizon } from '../rollups/raw-horizon.js';
import type { Accounts } from './account-jobs.js';
import { classifyError } from './classify-error.js';
import { ClosedTimeError } from './closed-time.js';
import { ensurePartitions } from './ensure-partitions.js';
import { insertEvents } from './insert-events.js';

/** If a partition is still missing, events are either older than the raw events kept or out of the valid range. */
async function explainError(pool: Pool, error: unknown): Promise<unknown> {
  if (classifyError(error) !== 'missing_partition') return error;
  const horizon = await readRawHorizon(pool);
  return horizon ? new ClosedTimeError(horizon.closedBefore, error) : error;
}

/**
 * Stores the events of a JSON array; returns how many were new.
 * @throws the error of Postgres for events that it cannot store; ClosedTimeError if events are older than the raw events kept.
 */
export async function storeEvents(
  pool: Pool,
  events: string,
  hasContext?: boolean,
  accounts?: Accounts,
): Promise<number> {
  try {
    return await insertEvents(pool, events, hasContext, accounts);
  } catch (error) {
    if (classifyError(error) !== 'missing_partition') throw error;
  }
  await ensurePartitions(pool, events);
  try {
    return await insertEvents(pool, events, hasContext, accounts);
  } catch (error) {
    throw await explainError(pool, error);
  }
}

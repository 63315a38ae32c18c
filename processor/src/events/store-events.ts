/** Turns the JSON text of events into rows, making the partitions that they need on the way. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { readRawHorizon } from '../rollups/raw-horizon.js';
import type { Accounts } from './account-jobs.js';
import { classifyError } from './classify-error.js';
import { ClosedTimeError } from './closed-time.js';
import { ensurePartitions } from './ensure-partitions.js';
import { insertEvents } from './insert-events.js';

/** Without a partition still: before what is kept, where something was dropped, or beyond all that can be made. */
async function explain(pool: Pool, error: unknown): Promise<unknown> {
  if (classifyError(error) !== 'missing_partition') return error;
  const horizon = await readRawHorizon(pool);
  return horizon ? new ClosedTimeError(horizon.closedBefore, error) : error;
}

/**
 * Stores the events of a JSON array; returns how many were new.
 * @throws what Postgres says of events that it cannot store, ClosedTimeError for a batch with events older than what is kept.
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
    throw await explain(pool, error);
  }
}

/** Turns the JSON text of events into rows, making the partitions that they need on the way. */
import type { Pool } from '@millrace/shared/postgres';
import { classifyError } from './classify-error.js';
import { ensurePartitions } from './ensure-partitions.js';
import { insertEvents } from './insert-events.js';

/** Stores the events of a JSON array; returns how many were new. @throws what Postgres says of events that it cannot store. */
export async function storeEvents(pool: Pool, events: string): Promise<number> {
  try {
    return await insertEvents(pool, events);
  } catch (error) {
    if (classifyError(error) !== 'missing_partition') throw error;
  }
  await ensurePartitions(pool, events);
  return insertEvents(pool, events);
}

/** From when on raw events exist, and from when on they may still be added. */

import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import { dayMs } from '@millrace/shared/time/durations';

export interface RawHorizon {
  /** Raw events before this time were dropped; only rollups are left. */
  since: Date;
  /** Events before this time are no longer stored, and no interval before it is marked. */
  closedBefore: Date;
}

/** See {@link closedBefore}. */
export const closedDays = 2;

/**
 * In most time zones a day lies across the horizon and could not be recomputed, as some of its events are gone. So the first two
 * days kept are closed as well, which covers any such day.
 */
export const closedBefore = (since: Date): Date => new Date(since.getTime() + closedDays * dayMs);

/** Undefined if no raw events were dropped yet. */
export async function readRawHorizon(database: Pool | PoolClient): Promise<RawHorizon | undefined> {
  const { rows } = await database.query<{ since: Date }>(
    '/* processor.readRawHorizon */ select since from raw_horizon',
  );
  const since = rows[0]?.since;
  return since && { since, closedBefore: closedBefore(since) };
}

/** Turns the record of what was dropped into the moments from which on raw events can be trusted, and may be added. */
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';

export interface RawHorizon {
  /** Raw events before it are gone; rollups alone know of them. */
  since: Date;
  /** No event before it is stored any more, and nothing before it is marked. */
  closedBefore: Date;
}

const dayMs = 86_400_000;

/** See {@link closedBefore}. */
export const closedDays = 2;

/**
 * Days lie across the horizon in most time zones: with a part of their events gone they could not be computed anew. So the
 * first two days that are kept are closed as well, which is more than any day that began before.
 */
export const closedBefore = (since: Date): Date => new Date(since.getTime() + closedDays * dayMs);

/** Undefined while no raw event was ever dropped. */
export async function readRawHorizon(database: Pool | PoolClient): Promise<RawHorizon | undefined> {
  const { rows } = await database.query<{ since: Date }>(
    '/* processor.readRawHorizon */ select since from raw_horizon',
  );
  const since = rows[0]?.since;
  return since && { since, closedBefore: closedBefore(since) };
}

/** Has a segment that cannot be read built again: its intervals are marked, and the next roll writes them from raw events. */
import type { Pool } from '@millrace/shared/platform/postgres';
import type { IntervalRanges } from '@millrace/shared/segments/interval-ranges';
import { markIntervals } from '@millrace/shared/segments/mark-intervals';

export const markCorrupt = (writePool: Pool, siteId: string, covers: IntervalRanges): Promise<void> =>
  markIntervals(writePool, siteId, covers);

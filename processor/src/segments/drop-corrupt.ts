/** Gives up a segment that cannot be read, so that its intervals are written again from raw events. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { ownedRanges } from '@millrace/shared/segments/interval-ranges';
import { markIntervals } from '@millrace/shared/segments/mark-intervals';
import type { ClaimedSite } from '../rollups/claim-site.js';
import { removeSegments, type StoredSegment } from './stored-segments.js';

/** What shows beneath may hold what was erased: a purge must not end before the marks are rolled. */
const moveEpoch = '/* processor.segmentGivenUp */ update site_rollups set epoch = epoch + 1 where site_id = $1';

/** Older segments show again beneath it, hence the marks in the same transaction. What was dropped for its age stays gone. */
export async function dropCorrupt(
  client: PoolClient,
  { siteId }: ClaimedSite,
  corrupt: StoredSegment,
  all: StoredSegment[],
): Promise<void> {
  await markIntervals(client, siteId, ownedRanges(all).get(corrupt)!);
  await client.query(moveEpoch, [siteId]);
  await removeSegments(client, siteId, [corrupt]);
}

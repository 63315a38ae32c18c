/** Drops a corrupt segment and marks its intervals, so that it is rewritten from raw events. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { ownedRanges } from '@millrace/shared/segments/interval-ranges';
import { markIntervals } from '@millrace/shared/segments/mark-intervals';
import type { ClaimedSite } from '../rollups/claim-site.js';
import { removeSegments, type StoredSegment } from './stored-segments.js';

/** Older segments below it may contain erased events, so a purge must not finish before the marks are rolled. */
const moveEpoch = '/* processor.segmentGivenUp */ update site_rollups set epoch = epoch + 1 where site_id = $1';

/** Older segments below it become visible again, hence the marks in the same transaction. */
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

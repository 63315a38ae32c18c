/** Gives up a segment that cannot be read, so that its intervals are written again from raw events. */
import type { PoolClient } from '@millrace/shared/postgres';
import { ownedRanges, startOf } from '@millrace/shared/segments/interval-ranges';
import type { ClaimedSite } from '../rollups/claim-site.js';
import { removeSegments, type StoredSegment } from './stored-segments.js';

const mark = `/* processor.markCorrupt */
insert into rollup_marks (site_id, interval_start) select $1, start from unnest($2::timestamptz[]) as start`;

/** What shows beneath may hold what was erased: a purge must not end before the marks are rolled. */
const moveEpoch = '/* processor.segmentGivenUp */ update site_rollups set epoch = epoch + 1 where site_id = $1';

/** Older segments show again beneath it, hence the marks in the same transaction. What was dropped for its age stays gone. */
export async function dropCorrupt(
  client: PoolClient,
  { siteId, rawSince }: ClaimedSite,
  corrupt: StoredSegment,
  all: StoredSegment[],
): Promise<void> {
  const owned = ownedRanges(all).get(corrupt)!;
  const starts: Date[] = [];
  for (let at = 0; at < owned.length; at += 2) {
    for (let interval = owned[at]!; interval < owned[at + 1]!; interval += 1) starts.push(startOf(interval));
  }
  await client.query(mark, [siteId, starts.filter((start) => rawSince === null || start >= rawSince)]);
  await client.query(moveEpoch, [siteId]);
  await removeSegments(client, siteId, [corrupt]);
}

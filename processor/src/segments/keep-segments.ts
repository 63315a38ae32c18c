/** Keeps a site's segments few, complete, and free of what was erased: steps of a roll, each a transaction of its own. */
import type { PoolClient } from '@millrace/shared/postgres';
import type { ClaimedSite } from '../rollups/claim-site.js';
import { chooseMerge, choosePurge } from './choose-merge.js';
import { mergeSegments } from './merge-segments.js';
import { listSegments } from './stored-segments.js';
import { sweepValues } from './sweep-values.js';

/** One merge; undefined when there is nothing to merge. */
export async function mergeNext(client: PoolClient, site: ClaimedSite, now: Date) {
  const segments = await listSegments(client, site.siteId);
  const members = chooseMerge(segments, now);
  if (members === undefined) return undefined;
  await mergeSegments(client, site.siteId, members, segments);
  return {};
}

/** The epoch tells readers to forget the values that they have in memory. */
const purged = `/* processor.segmentsPurged */
update site_rollups set segments_purge = false, epoch = epoch + 1 where site_id = $1`;

/**
 * After an erasure, once its marks are rolled: rewrites one segment with events that newer ones have replaced, and in the end removes
 * values that no event has any more. Undefined when nothing is left to do.
 */
export async function purgeNext(client: PoolClient, { siteId }: ClaimedSite) {
  const segments = await listSegments(client, siteId);
  const replaced = choosePurge(segments);
  if (replaced !== undefined) {
    await mergeSegments(client, siteId, [replaced], segments);
    return {};
  }
  await sweepValues(client, siteId, segments);
  await client.query(purged, [siteId]);
  return undefined;
}

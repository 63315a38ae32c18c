/** Merges and purges the segments of a site: steps of a roll, each in its own transaction. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { ownedRanges } from '@millrace/shared/segments/interval-ranges';
import { markIntervals } from '@millrace/shared/segments/mark-intervals';
import type { ClaimedSite } from '../rollups/claim-site.js';
import { chooseMerge, choosePurge } from './choose-merge.js';
import { mergeSegments } from './merge-segments.js';
import { CorruptSegmentError, listSegments, removeSegments, type StoredSegment } from './stored-segments.js';
import { sweepValues } from './sweep-values.js';

/** Older segments below it may contain erased events, so a purge must not finish before the marks are rolled. */
const moveEpoch = '/* processor.segmentGivenUp */ update site_rollups set epoch = epoch + 1 where site_id = $1';

/** Drops a corrupt segment. Older segments below it become visible again, so its intervals are marked in the same transaction. */
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

/** Called for each corrupt segment that was dropped; its intervals are rolled again. */
export type OnCorrupt = (error: CorruptSegmentError) => void;

/** Drops a segment that `work` finds corrupt. `work` must not write before it has read everything. */
async function dropIfCorrupt<T>(
  work: () => Promise<T>,
  drop: (segment: StoredSegment) => Promise<void>,
  onCorrupt: OnCorrupt,
): Promise<T | object> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CorruptSegmentError)) throw error;
    await drop(error.segment);
    onCorrupt(error);
    return {};
  }
}

/** Segments of months dropped by a release without segments; current releases drop them in dropMonth. */
const removeDropped = `/* processor.removeDroppedSegments */
with dropped as (delete from segments where site_id = $1 and starts < $2 returning 1)
update site_rollups set segments_purge = true where site_id = $1 and exists (select 1 from dropped)`;

/** Merges some segments, or removes those of dropped months; undefined when there is nothing to do. */
export async function mergeNext(client: PoolClient, site: ClaimedSite, now: Date, onCorrupt: OnCorrupt = () => {}) {
  if (site.rawSince !== null) {
    const { rowCount } = await client.query(removeDropped, [site.siteId, site.rawSince]);
    if (rowCount! > 0) return {};
  }
  const segments = await listSegments(client, site.siteId);
  const members = chooseMerge(segments, now);
  if (members === undefined) return undefined;
  const merge = () => mergeSegments(client, site.siteId, members, segments);
  await dropIfCorrupt(merge, (segment) => dropCorrupt(client, site, segment, segments), onCorrupt);
  return {};
}

/** How far the marks of a site are rolled. */
export interface RollState {
  /** From the claim that took the last marks. */
  epoch: string;
  closedBefore: Date;
}

/** Marks after `closedBefore` on intervals with segments: written by a roll whose clock was ahead. */
const findUnrolled = `/* processor.findUnrolledMarks */
select exists (
  select 1 from rollup_marks join segments on segments.site_id = rollup_marks.site_id
    and starts <= interval_start and ends > interval_start
  where rollup_marks.site_id = $1 and interval_start >= $2) as found`;

/** The new epoch makes readers discard cached values. */
const purged = `/* processor.segmentsPurged */
update site_rollups set segments_purge = false, epoch = epoch + 1 where site_id = $1`;

/**
 * Finishes a purge, unless something was erased after the marks were rolled: it is still in the segments, and the next roll purges
 * it. Late events do no harm, as their intervals contain nothing that was erased. Also waits until all segments are built;
 * otherwise values would be removed only to be added again.
 */
async function finishPurge(client: PoolClient, site: ClaimedSite, segments: StoredSegment[], rolled: RollState) {
  const { siteId, epoch, segmentsSince } = site;
  if (epoch !== rolled.epoch || segmentsSince !== Number.NEGATIVE_INFINITY) return undefined;
  const { rows } = await client.query<{ found: boolean }>(findUnrolled, [siteId, rolled.closedBefore]);
  if (rows[0]!.found) return undefined;
  await sweepValues(client, siteId, segments);
  await client.query(purged, [siteId]);
  return undefined;
}

/**
 * After an erasure, once its marks are rolled: rewrites one segment that contains replaced events; when there is none, removes
 * unused values. Undefined when nothing is left to do.
 */
export async function purgeNext(
  client: PoolClient,
  site: ClaimedSite,
  rolled: RollState,
  onCorrupt: OnCorrupt = () => {},
) {
  const { siteId } = site;
  const segments = await listSegments(client, siteId);
  const replaced = choosePurge(segments);
  const purge = async () => {
    if (replaced === undefined) return finishPurge(client, site, segments, rolled);
    await mergeSegments(client, siteId, [replaced], segments);
    return {};
  };
  return dropIfCorrupt<object | undefined>(purge, (segment) => dropCorrupt(client, site, segment, segments), onCorrupt);
}

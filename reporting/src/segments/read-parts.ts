/** Reads everything that a query counts: parts from segments and raw events, and the dictionaries of their codes. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { ReadOptions } from '../reading/admit-read.js';
import { coverSegments } from './cover-segments.js';
import { type ColumnValues, readColumnValues } from './dictionaries.js';
import { CorruptSegmentError, loadDirectories, loadParts } from './load-parts.js';
import type { Part } from './part.js';
import { type DataNeeds, planParts } from './plan-parts.js';
import { rawParts } from './raw-part.js';
import { readUncovered } from './read-uncovered.js';
import type { SegmentEngine } from './segment-engine.js';
import { readSiteSegments, type SiteSegments } from './site-segments.js';
import { queryUsers } from './tail-codes.js';
import { tailParts } from './tail-parts.js';

export interface ReadParts {
  site: SiteSegments;
  parts: Part[];
  values: Map<string, ColumnValues>;
  /** Users of raw events without a visitor number. */
  users: string[];
  /** Whether any part is from raw events. */
  hasRaw: boolean;
}

/** With more raw events than this, Postgres counts: transferring them would take longer. */
export const maxRawEvents = 400_000;

export type PartsRequest = Omit<DataNeeds, 'from' | 'to'> & {
  siteId: string;
  range: { from: Date; to: Date };
  /** Limit of events that are neither in segments nor in memory. */
  maxRawEvents?: number;
  /** Limit of events in the segments that overlap the range. */
  maxRows?: number;
};

/** Undefined when the site has no segments, or a limit is exceeded. `client` must be in a transaction with one snapshot. */
export async function readParts(
  client: PoolClient,
  engine: SegmentEngine,
  needed: PartsRequest,
  reads: Pick<ReadOptions, 'admit' | 'signal'> = {},
): Promise<ReadParts | undefined> {
  const site = await readSiteSegments(client, needed.siteId, needed.range, [...needed.coded]);
  if (site === undefined) return undefined;
  for (;;) {
    try {
      return await readSite(client, engine, needed, site, reads);
    } catch (error) {
      if (!(error instanceof CorruptSegmentError)) throw error;
      engine.logger.error(
        { site: needed.siteId, err: error },
        'a segment is corrupt; reading its raw events instead and marking it to be rebuilt',
      );
      await engine.rebuild(needed.siteId, error.segment.covers).catch((failure: Error) => {
        engine.logger.error(
          { site: needed.siteId, err: failure },
          'a corrupt segment could not be marked to be rebuilt',
        );
      });
      error.segment.hasData = false;
    }
  }
}

async function readSite(
  client: PoolClient,
  engine: SegmentEngine,
  needed: PartsRequest,
  site: SiteSegments,
  reads: Pick<ReadOptions, 'admit' | 'signal'>,
): Promise<ReadParts | undefined> {
  const { siteId } = needed;
  const needs = { ...needed, from: needed.range.from.getTime(), to: needed.range.to.getTime() };
  const cover = coverSegments({ ...needs, marked: site.marked }, site.segments);
  const rows = cover.segments.reduce((sum, { segment }) => sum + segment.rows, 0);
  if (needed.maxRows !== undefined && rows > needed.maxRows) return undefined;
  const loading = { client, siteId, memory: engine.memory, pool: engine.pool };
  const directories = await loadDirectories(
    loading,
    cover.segments.map(({ segment }) => segment),
  );
  const { parts: planned, raw } = planParts(cover, directories, needs);
  const maxEvents = needed.maxRawEvents ?? maxRawEvents;
  const uncovered = await readUncovered(client, engine, site, { ranges: raw, needs, maxEvents }, reads);
  if (uncovered === undefined) return undefined;
  const { tail, rest } = uncovered;
  const parts = await loadParts(loading, planned);
  const values = await readColumnValues(client, engine.memory, site, needed.coded, tail?.texts);
  const users = queryUsers(site.lastVisitorNo, tail);
  const ofTail = tail ? tailParts(tail, { ...needs, values, withVisits: needed.usesVisits === true }) : [];
  const ofRest = rawParts(rest, values, users);
  const hasRaw = ofTail.length + ofRest.length > 0;
  return { site, parts: [...parts, ...ofTail, ...ofRest], values, users: users.list, hasRaw };
}

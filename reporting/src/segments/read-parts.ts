/** Everything that a question counts, in memory: parts of segments and of raw events, and what their codes mean. */
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
  /** Users of raw events without a number. */
  users: string[];
  /** Whether raw events are among the parts. */
  hasRaw: boolean;
}

/** More raw events are counted by Postgres: to bring them here would take longer. */
export const maxRawEvents = 400_000;

export type PartsRequest = Omit<DataNeeds, 'from' | 'to'> & {
  siteId: string;
  range: { from: Date; to: Date };
  /** Of events that are in no segment and not in memory. */
  maxRawEvents?: number;
  /** Of segments that have some of the range. */
  maxRows?: number;
};

/** Undefined when the site has no segments, or too much of the range is in none. `client` is in a transaction with one snapshot. */
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
      engine.logger.error({ site: needed.siteId, err: error }, 'a segment is corrupt; its events are read one by one');
      await engine.rebuild(needed.siteId, error.segment.covers).catch((failure: Error) => {
        engine.logger.error({ site: needed.siteId, err: failure }, 'a corrupt segment could not be marked');
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
  const { parts: wanted, raw } = planParts(cover, directories, needs);
  const maxEvents = needed.maxRawEvents ?? maxRawEvents;
  const uncovered = await readUncovered(client, engine, site, { ranges: raw, needs, maxEvents }, reads);
  if (uncovered === undefined) return undefined;
  const { tail, rest } = uncovered;
  const parts = await loadParts(loading, wanted);
  const values = await readColumnValues(client, engine.memory, site, needed.coded, tail?.texts);
  const users = queryUsers(site.lastVisitorNo, tail);
  const ofTail = tail ? tailParts(tail, { ...needs, values, withVisits: needed.usesVisits === true }) : [];
  const ofRest = rawParts(rest, values, users);
  const hasRaw = ofTail.length + ofRest.length > 0;
  return { site, parts: [...parts, ...ofTail, ...ofRest], values, users: users.list, hasRaw };
}

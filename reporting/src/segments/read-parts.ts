/** Everything that a question counts, in memory: parts of segments and of raw events, and what their codes mean. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { Reads } from '../reading/read-in-turn.js';
import { coverSegments } from './cover-segments.js';
import { readValues, type Values } from './dictionaries.js';
import { CorruptSegmentError, loadDirectories, loadParts } from './load-parts.js';
import type { Part } from './part.js';
import { rawParts } from './raw-part.js';
import { readUncovered } from './read-uncovered.js';
import type { SegmentEngine } from './segment-engine.js';
import { readSiteSegments, type SiteSegments } from './site-segments.js';
import { questionUsers } from './tail-codes.js';
import { tailParts } from './tail-parts.js';
import { type Needs, wantedParts } from './wanted-parts.js';

export interface ReadParts {
  site: SiteSegments;
  parts: Part[];
  values: Map<string, Values>;
  /** Users of raw events without a number. */
  users: string[];
  /** Whether raw events are among the parts. */
  hasRaw: boolean;
}

/** More raw events are counted by Postgres: to bring them here would take longer. */
export const mostRaw = 400_000;

export type PartsNeeded = Omit<Needs, 'from' | 'to'> & {
  siteId: string;
  range: { from: Date; to: Date };
  /** Of events that are in no segment and not in memory. */
  mostRaw?: number;
  /** Of segments that have some of the range. */
  mostRows?: number;
};

/** Undefined when the site has no segments, or too much of the range is in none. `client` is in a transaction with one snapshot. */
export async function readParts(
  client: PoolClient,
  engine: SegmentEngine,
  needed: PartsNeeded,
  reads: Pick<Reads, 'admit' | 'signal'> = {},
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
  needed: PartsNeeded,
  site: SiteSegments,
  reads: Pick<Reads, 'admit' | 'signal'>,
): Promise<ReadParts | undefined> {
  const { siteId } = needed;
  const needs = { ...needed, from: needed.range.from.getTime(), to: needed.range.to.getTime() };
  const cover = coverSegments({ ...needs, marked: site.marked }, site.segments);
  const rows = cover.segments.reduce((sum, { segment }) => sum + segment.rows, 0);
  if (needed.mostRows !== undefined && rows > needed.mostRows) return undefined;
  const loading = { client, siteId, memory: engine.memory, pool: engine.pool };
  const directories = await loadDirectories(
    loading,
    cover.segments.map(({ segment }) => segment),
  );
  const { parts: wanted, raw } = wantedParts(cover, directories, needs);
  const most = needed.mostRaw ?? mostRaw;
  const uncovered = await readUncovered(client, engine, site, { ranges: raw, needs, most }, reads);
  if (uncovered === undefined) return undefined;
  const { tail, rest } = uncovered;
  const parts = await loadParts(loading, wanted);
  const values = await readValues(client, engine.memory, site, needed.coded, tail?.texts);
  const users = questionUsers(site.lastVisitorNo, tail);
  const ofTail = tail ? tailParts(tail, { ...needs, values, withVisits: needed.usesVisits === true }) : [];
  const ofRest = rawParts(rest, values, users);
  const hasRaw = ofTail.length + ofRest.length > 0;
  return { site, parts: [...parts, ...ofTail, ...ofRest], values, users: users.list, hasRaw };
}

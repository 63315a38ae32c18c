/** Everything that a question counts, in memory: parts of segments and of raw events, and what their codes mean. */
import type { PoolClient } from '@millrace/shared/postgres';
import { intersect, rangesOf, subtract } from '@millrace/shared/segments/interval-ranges';
import type { Admit } from '../query/reading-cost.js';
import { clip, coverSegments, touched } from './cover-segments.js';
import { readValues, type Values } from './dictionaries.js';
import { CorruptSegmentError, loadDirectories, loadParts } from './load-parts.js';
import type { Part } from './part.js';
import { countRaw, readRawParts } from './raw-part.js';
import type { SegmentEngine } from './segment-engine.js';
import { readSiteSegments, type SiteSegments } from './site-segments.js';
import type { TailWanted } from './tail.js';
import { questionUsers } from './tail-codes.js';
import { tailParts } from './tail-parts.js';
import { newestIntervals, takeTail } from './take-tail.js';
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
  admit?: Admit,
): Promise<ReadParts | undefined> {
  const site = await readSiteSegments(client, needed.siteId, needed.range, [...needed.coded]);
  if (site === undefined) return undefined;
  for (;;) {
    try {
      return await readSite(client, engine, needed, site, admit);
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
  admit?: Admit,
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
  const wantedOfTail = tailWanted(site, needs);
  const { rows: tail, counted } = await takeTail(client, engine, site, wantedOfTail);
  const rest = tail ? subtract(raw, timesOf(tail.intervals.keys(), needs)) : raw;
  const most = needed.mostRaw ?? mostRaw;
  // What was counted are whole intervals, of which a range may have less.
  const isCounted = counted !== undefined && subtract(rest, timesOf(wantedOfTail.intervals, needs)).length === 0;
  const events = isCounted && counted <= most ? counted : await countRaw(client, siteId, rest, most + 1);
  if (events > most) return undefined;
  admit?.({ isRaw: false, events, rows: 0 });
  const parts = await loadParts(loading, wanted);
  const values = await readValues(client, engine.memory, site, needed.coded, tail?.texts);
  const users = questionUsers(site.lastVisitorNo, tail);
  const withVisits = needed.usesVisits === true;
  const ofTail = tail ? tailParts(tail, { ...needs, values, withVisits }) : [];
  const ofRest = await readRawParts(client, {
    ...{ siteId, ranges: rest, values, users, withVisits },
    withVisitors: needed.usesVisitors,
  });
  const hasRaw = ofTail.length + ofRest.length > 0;
  return { site, parts: [...parts, ...ofTail, ...ofRest], values, users: users.list, hasRaw };
}

/** The times of intervals, within the range. */
const timesOf = (intervals: Iterable<number>, range: { from: number; to: number }) =>
  clip(rangesOf([...intervals].sort((a, b) => a - b)), range);

/** Rows have to be in the order of time and id across all of an interval where their order counts. */
function tailWanted(site: SiteSegments, needs: Needs): TailWanted {
  const intervals = newestIntervals(intersect(site.marked, touched(needs)));
  const inOneList = needs.usesTime === true || needs.usesVisits !== false;
  const columns = [...needs.coded, ...(needs.usesVisits ? ['session'] : []), ...(inOneList ? ['id'] : [])];
  return { intervals, columns, inOneList };
}

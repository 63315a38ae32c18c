/** Compares the segments of a site with its raw events, event by event. */
import { segmentsHeldSince } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { type IntervalRanges, intervalOf, ownedRanges, startOf } from '@millrace/shared/segments/interval-ranges';
import { formatCount } from '../format-count.js';
import { CorruptSegmentError, listSegments, type StoredSegment } from '../segments/stored-segments.js';
import { rawIntervals } from './raw-intervals.js';
import {
  type ComparedEvent,
  type Dictionaries,
  readDictionaries,
  readStored,
  type StoredInterval,
} from './stored-events.js';

type Report = (line: string) => void;

const contains = (ranges: IntervalRanges, interval: number) => ranges.findIndex((bound) => bound > interval) % 2 === 1;

const labelOf = (interval: number) => `segments ${startOf(interval).toISOString().slice(0, 16)}Z`;

const describe = (event: ComparedEvent) =>
  `visitor ${event.visitor}, ${event.micros} us, session ${event.session}, ${JSON.stringify([...event.values].sort())}`;

/** Removes the values of columns that the segment omits. */
function comparable(event: ComparedEvent, { isLeftOut }: StoredInterval): ComparedEvent {
  return { ...event, values: new Map([...event.values].filter(([column]) => !isLeftOut(column))) };
}

function differenceOf(stored: StoredInterval | undefined, raw: ComparedEvent[]): string | undefined {
  const count = stored?.rows.length ?? 0;
  if (count !== raw.length)
    return `stored: ${formatCount(count, 'event')}; raw events: ${formatCount(raw.length, 'event')}`;
  for (const [at, row] of (stored?.rows ?? []).entries()) {
    const [ours, theirs] = [describe(stored!.eventAt(row)), describe(comparable(raw[at]!, stored!))];
    if (ours !== theirs) return `stored: ${ours}; raw events: ${theirs}`;
  }
  return undefined;
}

/** Reads the current events of every interval of these segments; reports corrupt segments. */
async function readAll(
  client: PoolClient,
  siteId: string,
  segments: Map<StoredSegment, number[]>,
  dictionaries: Dictionaries,
  report: Report,
): Promise<Map<number, StoredInterval>> {
  const found = new Map<number, StoredInterval>();
  for (const [segment, owned] of segments) {
    try {
      for (const [interval, stored] of await readStored(client, siteId, segment, dictionaries)) {
        if (contains(owned, interval)) found.set(interval, stored);
      }
    } catch (error) {
      if (!(error instanceof CorruptSegmentError)) throw error;
      report(`${labelOf(intervalOf(segment.starts))} version ${segment.version}: ${error.message}`);
    }
  }
  return found;
}

/** A site's segments and dictionaries. */
export interface SiteSegments {
  /** Milliseconds since 1970; intervals before this time have no segments. */
  since: number;
  all: StoredSegment[];
  dictionaries: Dictionaries;
}

const findSince = `/* processor.segmentsSince */
select ${segmentsHeldSince} as since from site_rollups rolled where site_id = $1`;

/** Undefined for a site whose segments are not built yet. */
export async function readSegments(client: PoolClient, siteId: string): Promise<SiteSegments | undefined> {
  const { rows } = await client.query<{ since: Date | number | null }>(findSince, [siteId]);
  const since = rows[0]?.since ?? null;
  if (since === null) return undefined;
  return {
    since: Number(since),
    all: await listSegments(client, siteId),
    dictionaries: await readDictionaries(client, siteId),
  };
}

export interface ComparedRange {
  siteId: string;
  from: Date;
  to: Date;
  /** Starts of intervals to skip. */
  marked: Date[];
}

/** Reports each interval that differs as a line; returns how many were compared. The range should be about a day. */
export async function compareSegments(
  client: PoolClient,
  { all, dictionaries, since }: SiteSegments,
  { siteId, marked: markedStarts, ...range }: ComparedRange,
  report: Report,
): Promise<number> {
  const [from, to] = [new Date(Math.max(range.from.getTime(), since)), range.to];
  if (from >= to) return 0;
  const owned = [...ownedRanges(all)].filter(([{ starts, ends }]) => starts < to && ends > from);
  const withData = new Map(owned.filter(([{ hasData }]) => hasData));
  const withoutData = owned.filter(([{ hasData }]) => !hasData).map(([, ranges]) => ranges);
  const marked = new Set(markedStarts.map(intervalOf));
  const isCompared = (interval: number) =>
    interval >= intervalOf(from) &&
    interval < intervalOf(to) &&
    !marked.has(interval) &&
    !withoutData.some((ranges) => contains(ranges, interval));
  const stored = await readAll(client, siteId, withData, dictionaries, report);
  let compared = 0;
  const compare = (interval: number, raw: ComparedEvent[]) => {
    compared += 1;
    const difference = differenceOf(stored.get(interval), raw);
    if (difference !== undefined) report(`${labelOf(interval)}: ${difference}`);
  };
  for await (const [interval, raw] of rawIntervals(client, { siteId, from, to, isIncluded: isCompared })) {
    compare(interval, raw);
    stored.delete(interval);
  }
  for (const interval of stored.keys()) if (isCompared(interval)) compare(interval, []);
  return compared;
}

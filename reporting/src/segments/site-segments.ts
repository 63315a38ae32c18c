/** The segments of a site and their state, as of a query's snapshot. */
import { segmentsHeldSince } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { rangesOf, unite } from '@millrace/shared/segments/interval-ranges';
import { packSize } from '@millrace/shared/segments/segment-columns';
import { databaseHistory } from '../reading/in-snapshot.js';
import { markedSql } from '../reading/marked-sql.js';
import { queryNamed } from '../reading/query-named.js';
import { type ListedSegment, touched } from './cover-segments.js';
import { parseSnapshot, type Snapshot } from './snapshot.js';

export interface SiteSegments {
  siteId: string;
  /** Ranges of intervals whose raw events have to be read. */
  marked: number[];
  lastVisitorNo: number;
  /** Changes when cached data must be dropped: when users are erased, and when the site is erased, which can be created again. */
  epoch: string;
  /** The site is being erased, and its events disappear without marks. */
  isBeingErased: boolean;
  /** Longest time between two events of a visit. */
  sessionMinutes: number;
  /** The site's own hostnames. */
  hostnames: string[];
  /** Number of codes in the dictionary of each column. */
  sizes: Map<string, number>;
  segments: ListedSegment[];
  snapshot: Snapshot;
  /** Earlier events were dropped together with their segments; null when none were. */
  rawSince: Date | null;
  /** See {@link databaseHistory}. */
  history: string;
}

/**
 * An interval starts at its number times 900 seconds. No segment spans more than a month. All in one statement, because every
 * round trip costs as much as the statement itself.
 */
const readState = `/* reporting.segmentState */
with recursive ${markedSql}
select ${segmentsHeldSince} as since, last_visitor_no as "lastVisitorNo", sites.hostnames,
  extract(epoch from sites.created_at)::text || ' ' || epoch as epoch, erase_requested_at is not null as "isBeingErased",
  session_minutes as "sessionMinutes", (select since from raw_horizon) as "rawSince", ${databaseHistory}::text as history,
  pg_current_snapshot()::text as snapshot, pg_is_in_recovery() as "isStandby",
  array(select (extract(epoch from start) / 900)::int from marked where start is not null order by start) as marked,
  array(select (select pack * ${packSize} + cardinality(values) from segment_values
    where site_id = $1 and "column" = requested.name order by pack desc limit 1)
    from unnest($4::text[]) with ordinality as requested(name, place) order by place) as sizes, (
    select coalesce(json_agg(json_build_object('startMs', (extract(epoch from starts) * 1000)::float8, 'version', version, 'covers', covers,
      'rows', rows, 'key', version::text || '@' || extract(epoch from made_at)::text, 'hasData', data is not null)), '[]')
    from segments
    where site_id = $1 and starts > $2::timestamptz - interval '32 days' and starts < $3 and ends > $2) as segments
from sites join site_rollups rolled using (site_id) where site_id = $1`;

interface StateRow {
  since: Date | number | null;
  lastVisitorNo: number;
  epoch: string;
  isBeingErased: boolean;
  sessionMinutes: number;
  rawSince: Date | null;
  hostnames: string[];
  history: string;
  snapshot: string;
  isStandby: boolean;
  marked: number[];
  sizes: (number | null)[];
  segments: ListedSegment[];
}

/**
 * Undefined for a site that was never rolled up, and while it has no segments. Intervals whose segments are not built yet count
 * as marked. `columns` are those whose dictionaries are needed.
 */
export async function readSiteSegments(
  client: PoolClient,
  siteId: string,
  range: { from: Date; to: Date },
  columns: string[],
): Promise<SiteSegments | undefined> {
  const { rows } = await queryNamed<StateRow>(client, {
    name: 'segmentState',
    text: readState,
    values: [siteId, range.from, range.to, columns],
  });
  if (!rows[0]) return undefined;
  const { since, marked, sizes, snapshot, isStandby, ...state } = rows[0];
  if (since === null) return undefined;
  const first = Math.max(range.from.getTime(), Number(state.rawSince ?? Number.NEGATIVE_INFINITY));
  const unfilled = touched({ from: first, to: Math.min(range.to.getTime(), Number(since)) });
  return {
    ...{ siteId, ...state },
    snapshot: parseSnapshot(snapshot, isStandby),
    marked: unite(rangesOf(marked), unfilled),
    sizes: new Map(columns.map((name, at) => [name, sizes[at] ?? 0])),
  };
}

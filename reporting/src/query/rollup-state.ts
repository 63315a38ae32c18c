/** Which rollups of a site are up to date in the snapshot, and how a range is read from them. */
import { numbersOf } from '@millrace/shared/bitmap/bitmap';
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { markedSql } from '../reading/marked-sql.js';
import { queryNamed } from '../reading/query-named.js';
import { type Cover, coverRange } from './cover-range.js';
import type { RollupReading } from './covered-tables.js';
import type { RollupPlan } from './plan-rollup.js';
import type { ResolvedQuery, TimeRange } from './resolved-query.js';

export interface RollupState {
  /** Time zone of the day rollups. */
  timezone: string;
  lastVisitorNo: number;
  /** Raw events before this were dropped; null when none were. */
  rawSince: Date | null;
  /** Starts of the marked intervals that the range overlaps, in milliseconds since 1970, ascending. */
  markedIntervals: number[];
  markedDays: string[];
}

const statement = `/* reporting.readRollupState */
with recursive ${markedSql}
select timezone, last_visitor_no as "lastVisitorNo", (select since from raw_horizon) as "rawSince",
  (select string_agg(int4send((extract(epoch from start) / 900)::int), '' order by start) from marked) as intervals,
  array(select day::text from rollup_day_marks where site_id = $1 order by day) as "markedDays"
from site_rollups where site_id = $1`;

type Row = Omit<RollupState, 'markedIntervals'> & { intervals: Buffer | null };

/** Undefined for a site that was never rolled up. */
export async function readRollupState(
  client: PoolClient,
  siteId: string,
  { from, to }: TimeRange,
): Promise<RollupState | undefined> {
  const { rows } = await queryNamed<Row>(client, { name: 'rollupState', text: statement, values: [siteId, from, to] });
  if (!rows[0]) return undefined;
  const { intervals, ...state } = rows[0];
  const numbers = intervals ? Array.from(numbersOf(intervals)) : [];
  // The numbers are decoded as unsigned, but intervals before 1970 are negative.
  return { ...state, markedIntervals: numbers.map((number) => (number | 0) * intervalMs) };
}

export type SiteRange = Pick<ResolvedQuery, 'siteId' | 'range' | 'buckets' | 'filter'>;

/** How a plan reads a range, given the current marks; without a state, everything is raw. */
export function planReading(query: SiteRange, plan: RollupPlan, state: RollupState | undefined): RollupReading {
  const { bounds: own, places, offsets } = query.buckets ?? {};
  const bounds = (own ?? [query.range.from, query.range.to]).map((bound) => bound.getTime());
  // Day rollups cannot be split by hour.
  const cover = state
    ? coverRange({ ...state, bounds, dayZone: offsets ? undefined : state.timezone })
    : allRaw(bounds);
  return {
    siteId: query.siteId,
    plan,
    cover: places ? mergeCyclic(cover, places) : cover,
    ...(offsets && { offsets }),
    ...(query.filter && { filter: query.filter }),
  };
}

const allRaw = (bounds: number[]): Cover => ({
  ...{ days: [], intervals: [] },
  raw: bounds.slice(1).map((to, bucket) => ({ bucket, from: bounds[bucket]!, to })),
});

/** Replaces each stretch of time with the bucket it counts towards. */
function mergeCyclic({ days, intervals, raw }: Cover, places: number[]): Cover {
  const merge = <Span extends { bucket: number }>(spans: Span[]): Span[] =>
    spans.map((span) => ({ ...span, bucket: places[span.bucket]! }));
  return { days: merge(days), intervals: merge(intervals), raw: merge(raw) };
}

/** True when nothing of the range is read from rollups. */
export const isAllRaw = ({ days, intervals }: Cover): boolean => days.length === 0 && intervals.length === 0;

/** Answers a query from rollups, and raw events where there are none. */
import type { PoolClient } from '@millrace/shared/postgres';
import { checkPage } from './answer-bytes.js';
import { type Cover, coverRange } from './cover-range.js';
import { groupValues, toRow } from './group-values.js';
import { compareRows } from './order-rows.js';
import { planRollup, type RollupPlan } from './plan-rollup.js';
import { missingBefore, type RawAnswer } from './read-raw.js';
import type { RollupState } from './read-rollup-state.js';
import { type Group, readRollups } from './read-rollups.js';
import type { ResolvedQuery } from './resolved-query.js';
import type { RollupReading } from './rollup-sources.js';

export type RangeOfSite = Pick<ResolvedQuery, 'siteId' | 'range' | 'buckets' | 'filter'>;

/** How a plan reads a range, by the marks of the moment; a site without state was never rolled. */
export function readingOf(query: RangeOfSite, plan: RollupPlan, state: RollupState | undefined): RollupReading {
  const { bounds: own, places, offsets } = query.buckets ?? {};
  const bounds = (own ?? [query.range.from, query.range.to]).map((bound) => bound.getTime());
  // A day has all hours.
  const cover = state
    ? coverRange({ ...state, bounds, dayZone: offsets ? undefined : state.timezone })
    : allRaw(bounds);
  return {
    siteId: query.siteId,
    plan,
    cover: places ? foldCover(cover, places) : cover,
    ...(offsets && { offsets }),
    ...(query.filter && { filter: query.filter }),
  };
}

const allRaw = (bounds: number[]): Cover => ({
  ...{ days: [], intervals: [] },
  raw: bounds.slice(1).map((to, bucket) => ({ bucket, from: bounds[bucket]!, to })),
});

/** The same with the places that stretches of time count for. */
function foldCover({ days, intervals, raw }: Cover, places: number[]): Cover {
  const fold = <Segment extends { bucket: number }>(segments: Segment[]): Segment[] =>
    segments.map((segment) => ({ ...segment, bucket: places[segment.bucket]! }));
  return { days: fold(days), intervals: fold(intervals), raw: fold(raw) };
}

/** True when rollups have nothing to say about the range. */
export const isAllRaw = ({ days, intervals }: Cover): boolean => days.length === 0 && intervals.length === 0;

/** @throws ServiceError `invalid_request` for more bytes than an answer may have. */
export async function answerRollup(
  client: PoolClient,
  query: ResolvedQuery,
  reading: RollupReading,
  state: RollupState,
): Promise<RawAnswer> {
  const { plan, cover } = reading;
  const withShare = [...query.metrics, ...query.orderBy.map(({ key }) => key)].includes('share');
  const inAll = withShare ? await visitorsInAll(client, query, state) : 0;
  const read = groupValues(plan, inAll);
  const groups = withoutHoles(query, await readRollups(client, reading), plan);
  const page = groups.sort(compareRows(query, read)).slice(query.offset, query.offset + query.limit);
  checkPage(page);
  return {
    rows: page.map((group) => toRow(query, group, read)),
    ...(query.totalRows && { totalRows: groups.length }),
    ...(cover.raw[0] && missingBefore(state.rawSince, new Date(cover.raw[0].from))),
  };
}

/** Visitors of the same range with the same filter, without dimensions. */
async function visitorsInAll(client: PoolClient, query: ResolvedQuery, state: RollupState): Promise<number> {
  const { buckets: _buckets, ...timeless } = query;
  const whole: ResolvedQuery = { ...timeless, dimensions: [], metrics: ['visitors'], orderBy: [] };
  const [group] = await readRollups(client, readingOf(whole, planRollup(whole)!, state));
  return group?.visitors ?? 0;
}

/** A series has every bucket, and without dimensions there is one row, also when nothing happened. */
function withoutHoles({ dimensions, buckets }: ResolvedQuery, groups: Group[], plan: RollupPlan): Group[] {
  const isSeries = dimensions.length === 1 && buckets !== undefined;
  if (!isSeries && dimensions.length > 0) return groups;
  const found = new Map(groups.map((group) => [group.bucket, group]));
  const zero = { type: null, events: 0, ofTypes: plan.types.map(() => 0), visitors: 0 };
  return Array.from(
    { length: isSeries ? buckets.labels.length : 1 },
    (_, bucket) => found.get(bucket) ?? { bucket, ...zero },
  );
}

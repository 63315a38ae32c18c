/** Turns a query that rollups can answer into its rows. */
import type { PoolClient } from '@millrace/shared/postgres';
import { type Cover, coverRange } from './cover-range.js';
import { groupValues, toRow } from './group-values.js';
import { type HeldRows, heldRows } from './held-rows.js';
import { planRollup, type RollupPlan } from './plan-rollup.js';
import { readGroups } from './read-groups.js';
import { readPage } from './read-page.js';
import type { RawAnswer } from './read-raw.js';
import type { RollupState } from './read-rollup-state.js';
import type { ResolvedQuery } from './resolved-query.js';
import type { RollupReading } from './rollup-sources.js';

export type RangeOfSite = Pick<ResolvedQuery, 'siteId' | 'range' | 'buckets' | 'filter'>;

const noRows: HeldRows = { rowsSince: Number.POSITIVE_INFINITY, intervalsSince: 0, markedDays: [] };

/** How a plan reads a range, by the marks of the moment; a site without state was never rolled. */
export function readingOf(query: RangeOfSite, plan: RollupPlan, state: RollupState | undefined): RollupReading {
  const { bounds: own, labels, places, offsets } = query.buckets ?? {};
  const bounds = (own ?? [query.range.from, query.range.to]).map((bound) => bound.getTime());
  const cover = coverRange({
    bounds,
    // A day has all hours.
    dayZone: offsets ? undefined : state?.timezone,
    markedIntervals: state?.markedIntervals ?? [],
    ...(state ? heldRows(state, plan.dimension, bounds.at(-1)!) : noRows),
  });
  return {
    siteId: query.siteId,
    plan,
    buckets: places || offsets ? labels!.length : bounds.length - 1,
    cover: places ? foldCover(cover, places) : cover,
    ...(offsets && { offsets }),
    ...(query.filter && { filter: query.filter }),
  };
}

/** The same with the places that stretches of time count for. */
function foldCover({ days, intervals, raw }: Cover, places: number[]): Cover {
  const fold = <Segment extends { bucket: number }>(segments: Segment[]): Segment[] =>
    segments.map((segment) => ({ ...segment, bucket: places[segment.bucket]! }));
  return { days: fold(days), intervals: fold(intervals), raw: fold(raw) };
}

/** True when rollups have nothing to say about the range. */
export const isAllRaw = ({ days, intervals }: Cover): boolean => days.length === 0 && intervals.length === 0;

export async function answerRollup(
  client: PoolClient,
  query: ResolvedQuery,
  reading: RollupReading,
  state: RollupState,
): Promise<RawAnswer> {
  const { plan } = reading;
  const withShare = [...query.metrics, ...query.orderBy.map(({ key }) => key)].includes('share');
  const inAll = withShare ? await visitorsInAll(client, query, state) : 0;
  const read = groupValues(plan, inAll);
  const { groups, total } = await readPage(client, query, reading, inAll);
  return {
    rows: groups.map((group) => toRow(query, group, read)),
    ...(query.totalRows && { totalRows: total }),
  };
}

/** Visitors of the same range with the same filter, without dimensions. */
async function visitorsInAll(client: PoolClient, query: ResolvedQuery, state: RollupState): Promise<number> {
  const { buckets: _buckets, ...timeless } = query;
  const whole: ResolvedQuery = { ...timeless, dimensions: [], metrics: ['visitors'], orderBy: [] };
  const [group] = await readGroups(client, readingOf(whole, planRollup(whole)!, state));
  return group?.visitors ?? 0;
}

/** The rows of an answer from rollups: their groups in the order that was asked for, cut to the page. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { eventsSinceOf } from '../reading/events-since.js';
import type { RollupReading } from './covered-tables.js';
import { countedType } from './metric-catalogue.js';
import { type Comparable, checkPage, compareRows, shareOf } from './page-rows.js';
import { planRollup, type RollupPlan } from './plan-rollup.js';
import type { RawAnswer } from './read-raw.js';
import { type Group, readRollups } from './read-rollups.js';
import type { Dimension, Metric, ResolvedQuery, ResultRow } from './resolved-query.js';
import { planReading, type RollupState } from './rollup-state.js';

/** @throws ServiceError `invalid_request` for more bytes than an answer may have. */
export async function answerRollup(
  client: PoolClient,
  query: ResolvedQuery,
  reading: RollupReading,
  state: RollupState,
): Promise<RawAnswer> {
  const { plan, cover } = reading;
  const withShare = [...query.metrics, ...query.orderBy.map(({ key }) => key)].includes('share');
  const totalVisitors = withShare ? await countTotalVisitors(client, query, state) : 0;
  const read = groupValues(plan, totalVisitors);
  const groups = fillRollupGaps(query, await readRollups(client, reading), plan);
  const page = groups.sort(compareRows(query, read)).slice(query.offset, query.offset + query.limit);
  checkPage(page);
  return {
    rows: page.map((group) => toRow(query, group, read)),
    ...(query.totalRows && { totalRows: groups.length }),
    ...(cover.raw[0] && eventsSinceOf(state.rawSince, new Date(cover.raw[0].from))),
  };
}

/** Visitors of the same range with the same filter, without dimensions. */
async function countTotalVisitors(client: PoolClient, query: ResolvedQuery, state: RollupState): Promise<number> {
  const { buckets: _buckets, ...timeless } = query;
  const whole: ResolvedQuery = { ...timeless, dimensions: [], metrics: ['visitors'], orderBy: [] };
  const [group] = await readRollups(client, planReading(whole, planRollup(whole)!, state));
  return group?.visitors ?? 0;
}

/** A series has every bucket, and without dimensions there is one row, also when nothing happened. */
function fillRollupGaps({ dimensions, buckets }: ResolvedQuery, groups: Group[], plan: RollupPlan): Group[] {
  const isSeries = dimensions.length === 1 && buckets !== undefined;
  if (!isSeries && dimensions.length > 0) return groups;
  const found = new Map(groups.map((group) => [group.bucket, group]));
  const zero = { type: null, events: 0, ofTypes: plan.types.map(() => 0), visitors: 0 };
  return Array.from(
    { length: isSeries ? buckets.labels.length : 1 },
    (_, bucket) => found.get(bucket) ?? { bucket, ...zero },
  );
}

export type ValueOf = (group: Group, key: Metric | Dimension) => Comparable;

/** `inAll` is how many visitors the range has without dimensions; a bucket is its place. */
export function groupValues(plan: RollupPlan, totalVisitors: number): ValueOf {
  return (group, key) => {
    if (key === 'events' || key === 'visitors') return group[key];
    if (key === 'share') return shareOf(group.visitors, totalVisitors);
    if (key.startsWith('time:')) return group.bucket;
    const type = countedType(key);
    return type === undefined ? group.type : group.ofTypes[plan.types.indexOf(type)]!;
  };
}

export function toRow({ dimensions, metrics, buckets }: ResolvedQuery, group: Group, read: ValueOf): ResultRow {
  return {
    dimensions: dimensions.map((key) =>
      key.startsWith('time:') ? buckets!.labels[group.bucket]! : (read(group, key) as string | null),
    ),
    metrics: metrics.map((key) => read(group, key) as number | null),
  };
}

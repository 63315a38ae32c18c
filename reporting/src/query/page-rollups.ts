/** Answers a query from rollups: reads their groups, and sorts and pages them. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { eventsSinceOf } from '../reading/events-since.js';
import type { RollupReading } from './covered-tables.js';
import { countedType } from './metric-catalogue.js';
import { type Comparable, checkPage, compareRows, fillGaps, shareOf } from './page-rows.js';
import { planRollup, type RollupPlan } from './plan-rollup.js';
import type { RawAnswer } from './read-raw.js';
import { type Group, readRollups } from './read-rollups.js';
import {
  type Dimension,
  isTimeDimension,
  type Metric,
  type ResolvedQuery,
  type ResultRow,
  totalVisitorsQuery,
} from './resolved-query.js';
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
  const groups = fillGaps(query, await readRollups(client, reading), {
    bucketOf: ({ bucket }) => bucket,
    emptyGroup: (bucket) => ({ bucket, type: null, events: 0, typeCounts: plan.types.map(() => 0), visitors: 0 }),
  });
  const page = groups.sort(compareRows(query, read)).slice(query.offset, query.offset + query.limit);
  checkPage(page.map(({ type }) => [type]));
  return {
    rows: page.map((group) => toRow(query, group, read)),
    ...(query.totalRows && { totalRows: groups.length }),
    ...(cover.raw[0] && eventsSinceOf(state.rawSince, new Date(cover.raw[0].from))),
  };
}

async function countTotalVisitors(client: PoolClient, query: ResolvedQuery, state: RollupState): Promise<number> {
  const whole = totalVisitorsQuery(query);
  const [group] = await readRollups(client, planReading(whole, planRollup(whole)!, state));
  return group?.visitors ?? 0;
}

export type ValueOf = (group: Group, key: Metric | Dimension) => Comparable;

/** `totalVisitors` are those of the range without dimensions; the value of a time dimension is the bucket's index. */
export function groupValues(plan: RollupPlan, totalVisitors: number): ValueOf {
  return (group, key) => {
    if (key === 'events' || key === 'visitors') return group[key];
    if (key === 'share') return shareOf(group.visitors, totalVisitors);
    if (isTimeDimension(key)) return group.bucket;
    const type = countedType(key);
    return type === undefined ? group.type : group.typeCounts[plan.types.indexOf(type)]!;
  };
}

export function toRow({ dimensions, metrics, buckets }: ResolvedQuery, group: Group, read: ValueOf): ResultRow {
  return {
    dimensions: dimensions.map((key) =>
      isTimeDimension(key) ? buckets!.labels[group.bucket]! : (read(group, key) as string | null),
    ),
    metrics: metrics.map((key) => read(group, key) as number | null),
  };
}

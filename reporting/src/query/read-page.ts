/** Turns a reading into the groups of a page: bitmaps are read only for what it shows or is ordered by. */
import type { PoolClient } from '@millrace/shared/postgres';
import { checkPage } from './answer-bytes.js';
import { groupValues, shareOf } from './group-values.js';
import { compareRows } from './order-rows.js';
import { isAboutVisitors, type RollupPlan } from './plan-rollup.js';
import { type CountedGroups, readCountPage } from './read-counts.js';
import { type Group, readGroups } from './read-groups.js';
import { readTopVisitors } from './read-top-visitors.js';
import { readVisitors } from './read-visitors.js';
import type { Filter, ResolvedQuery } from './resolved-query.js';
import type { RollupReading } from './rollup-sources.js';

/** `inAll` is how many visitors the range has without dimensions, for shares. */
export async function readPage(
  client: PoolClient,
  query: ResolvedQuery,
  reading: RollupReading,
  inAll: number,
): Promise<CountedGroups<Group>> {
  const { plan } = reading;
  const [first] = query.orderBy;
  if (plan.byValue && !query.orderBy.some(({ key }) => isAboutVisitors(key))) {
    return pageByCounts(client, query, reading);
  }
  if (plan.byValue && first?.direction === 'desc' && (first.key === 'visitors' || first.key === 'share')) {
    return pageByVisitors(client, query, reading, inAll);
  }
  const groups = withoutHoles(query, await readGroups(client, reading), plan);
  return { groups: cutPage(query, reading, inAll, groups), total: groups.length };
}

/** @throws ServiceError `invalid_request` for more bytes than an answer may have. */
function cutPage(query: ResolvedQuery, { plan }: RollupReading, inAll: number, groups: Group[]): Group[] {
  const sorted = groups.sort(compareRows(query, groupValues(plan, inAll)));
  const page = sorted.slice(query.offset, query.offset + query.limit);
  checkPage(page);
  return page;
}

async function pageByCounts(
  client: PoolClient,
  query: ResolvedQuery,
  reading: RollupReading,
): Promise<CountedGroups<Group>> {
  const page = (await pageOfViews(client, query, reading)) ?? (await readCountPage(client, reading, query));
  if (!reading.plan.withVisitors) return page;
  const visitors = await readVisitors(client, reading, page.groups);
  return { ...page, groups: page.groups.map((group, index) => ({ ...group, visitors: visitors[index]! })) };
}

/** Larger pages are seldom full of what was viewed. */
const mostOfViews = 1_000;

const viewed: Filter = { op: 'is', dimension: 'event_type', values: ['view'] };

/**
 * When nothing is counted but views, and most of them come first, other events matter only behind what was viewed: a page
 * that is full without them is right. Undefined when it is not.
 */
async function pageOfViews(
  client: PoolClient,
  query: ResolvedQuery,
  reading: RollupReading,
): Promise<CountedGroups<Group> | undefined> {
  const { plan, filter } = reading;
  const { orderBy, totalRows, limit } = query;
  const byViews = orderBy[0]?.key === 'views' && orderBy[0].direction === 'desc';
  if (!byViews || totalRows || limit > mostOfViews || plan.withEvents || plan.types.length > 0) return undefined;
  const filters = filter ? [filter, viewed] : [viewed];
  const page = await readCountPage(client, { ...reading, filter: { op: 'and', filters } }, query);
  return page.groups.length === limit ? page : undefined;
}

/** Shares of two decimals are the same for numbers that are close to each other, so more may be among the first. */
async function pageByVisitors(
  client: PoolClient,
  query: ResolvedQuery,
  reading: RollupReading,
  inAll: number,
): Promise<CountedGroups<Group>> {
  const byShare = query.orderBy[0]!.key === 'share';
  const score = byShare ? (visitors: number) => shareOf(visitors, inAll) ?? 0 : Number;
  const slack = byShare ? Math.ceil(inAll / 10_000) : 0;
  const wanted = query.offset + query.limit;
  const { groups, total } = await readTopVisitors(client, reading, wanted, score, slack);
  return { groups: cutPage(query, reading, inAll, groups), total };
}

/** A series has every bucket, and without dimensions there is one row, also when nothing happened. */
function withoutHoles({ dimensions, buckets }: ResolvedQuery, groups: Group[], plan: RollupPlan): Group[] {
  const isSeries = dimensions.length === 1 && buckets !== undefined;
  if (!isSeries && dimensions.length > 0) return groups;
  const found = new Map(groups.map((group) => [group.bucket, group]));
  const zero = { type: null, value: null, events: 0, views: 0, ofTypes: plan.types.map(() => 0), visitors: 0 };
  return Array.from(
    { length: isSeries ? buckets.labels.length : 1 },
    (_, bucket) => found.get(bucket) ?? { bucket, ...zero },
  );
}

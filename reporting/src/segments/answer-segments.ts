/** Answers a query from segments, and from raw events where there are none. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { RawAnswer } from '../query/read-raw.js';
import {
  type Dimension,
  effectiveFilter,
  type Filter,
  isTimeDimension,
  type ResolvedQuery,
  type TimeRange,
} from '../query/resolved-query.js';
import type { ReadOptions } from '../reading/admit-read.js';
import { eventsSinceOf } from '../reading/events-since.js';
import type { CountTask, GroupCounts } from './count-groups.js';
import type { NumberColumn } from './count-numbers.js';
import type { CountPlan } from './count-plan.js';
import type { GroupKey } from './group-rows.js';
import { displayText } from './matching-codes.js';
import { mergeGroups } from './merge-groups.js';
import { numberTable, valuesToAdd } from './number-table.js';
import { numberValues } from './number-values.js';
import { pageGroups } from './page-groups.js';
import type { SharedTask } from './part.js';
import { type FilterSources, planFilter } from './plan-filter.js';
import { type NumberParams, planSegmentQuery, type SegmentQueryPlan } from './plan-segment-query.js';
import { type PartsRequest, type ReadParts, readParts } from './read-parts.js';
import { runOnThreads } from './run-on-threads.js';
import type { SegmentEngine } from './segment-engine.js';
import { sourceColumn } from './visit-columns.js';
import { visitRules, widenForVisits } from './visit-rules.js';

export interface SegmentAnswer extends RawAnswer {
  source: 'segments' | 'mixed';
}

function keyOf(dimension: Dimension, { buckets }: ResolvedQuery, read: ReadParts): GroupKey {
  if (isTimeDimension(dimension)) {
    const { bounds, places, offsets, labels } = buckets!;
    const plan = {
      bounds: bounds.map((bound) => bound.getTime()),
      ...(places && { places }),
      ...(offsets && { offsets }),
    };
    return { by: 'time', buckets: plan, size: labels.length };
  }
  return columnKey(dimension, read);
}

/** Maps each referrer code to the one it counts as: the site's own hosts are direct. Undefined for a site without hostnames. */
function mergeOwnReferrers({ values, site }: ReadParts): Uint32Array | undefined {
  const referrers = values.get('referrer');
  if (!referrers || site.hostnames.length === 0) return undefined;
  const direct = referrers.codeOf('direct');
  const own = new Set(site.hostnames);
  return Uint32Array.from({ length: referrers.size() + 1 }, (_, code) =>
    own.has(referrers.textOf(code) ?? '') ? direct : code,
  );
}

export function columnKey(column: string, read: ReadParts): Extract<GroupKey, { by: 'column' }> {
  const same = sourceColumn(column) === 'referrer' ? mergeOwnReferrers(read) : undefined;
  const { size } = read.values.get(sourceColumn(column))!;
  return { by: 'column', column, size: size() + 1, ...(same && { same }) };
}

export const rangeMs = ({ from, to }: TimeRange): [number, number] => [from.getTime(), to.getTime()];

export const filterSources = (client: PoolClient, { site, values, users }: ReadParts): FilterSources => ({
  ...{ client, siteId: site.siteId, values, hostnames: new Set(site.hostnames) },
  users: { lastVisitorNo: site.lastVisitorNo, added: users },
});

/** What to read for queries about one range. Either all of them use visits, or none does. */
export function partsRequest(queries: ResolvedQuery[], plans: SegmentQueryPlan[]): PartsRequest {
  const [{ siteId, range }] = queries as [ResolvedQuery];
  const axes = queries.flatMap(({ buckets }) => (buckets ? [buckets] : []));
  const bounds = new Set(axes.flatMap((axis) => axis.bounds.map((bound) => bound.getTime())));
  const usesVisits = plans.some(({ visits }) => visits !== undefined);
  return {
    ...{ siteId, range: usesVisits ? widenForVisits(range) : range, usesVisits },
    coded: [...new Set(plans.flatMap(({ coded }) => coded))],
    usesVisitors: plans.some(({ usesVisitors }) => usesVisitors),
    ...(axes.length > 0 && { bounds: [...bounds].sort((a, b) => a - b) }),
    byHours: axes.some(({ offsets }) => offsets !== undefined),
  };
}

function numberColumn({ column, withSums, withFrequencies }: NumberParams, { parts, values }: ReadParts): NumberColumn {
  const table = numberTable(values.get(column)!);
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return { column, ranks: table.ranks, withFrequencies, ...(withSums && { values: valuesToAdd(table, rows) }) };
}

/** Most sites have no events of bots, so there is nothing to filter out. */
export const effectiveFilterOf = (
  query: Pick<ResolvedQuery, 'filter' | 'includeBots'>,
  { values }: ReadParts,
): Filter | undefined => (values.get('bot')?.size() === 0 ? query.filter : effectiveFilter(query));

export async function toCountPlan(
  client: PoolClient,
  query: ResolvedQuery,
  plan: SegmentQueryPlan,
  read: ReadParts,
): Promise<CountPlan> {
  const types = read.values.get('event_type');
  const filter = effectiveFilterOf(query, read);
  return {
    ...(filter && { filter: await planFilter(filter, filterSources(client, read)) }),
    ...(plan.withViews && { viewCode: types!.codeOf('view') }),
    keys: query.dimensions.map((dimension) => keyOf(dimension, query, read)),
    typeCodes: plan.types.map((type) => types!.codeOf(type)),
    ...{
      withEvents: plan.withEvents,
      withVisitors: plan.withVisitors,
      withViewers: plan.withViewers,
      withTotalVisitors: plan.withShare,
    },
    numbers: plan.numbers.map((params) => numberColumn(params, read)),
    ...(plan.visits && { visits: { ...plan.visits, ...visitRules(read), range: rangeMs(query.range) } }),
  };
}

/**
 * Undefined when numbers were too long to be counted here.
 * @throws ServiceError `invalid_request` for an answer that is too large.
 */
export function toAnswer(
  query: ResolvedQuery,
  { types, numbers: params }: SegmentQueryPlan,
  { site, values, hasRaw }: ReadParts,
  groups: GroupCounts,
): SegmentAnswer | undefined {
  if (groups.numberStats.some(({ isIncomplete }) => isIncomplete)) return undefined;
  const numbers = numberValues(
    params.map(({ column }, at) => {
      return { column, counted: groups.numberStats[at]!, table: numberTable(values.get(column)!) };
    }),
  );
  const hostnames = new Set(site.hostnames);
  const textOf = (dimension: Dimension, code: number) =>
    displayText(sourceColumn(dimension), values.get(sourceColumn(dimension))!.textOf(code), hostnames);
  return {
    ...pageGroups(query, groups, { textOf, types, numbers }),
    ...eventsSinceOf(site.rawSince, query.range.from),
    source: hasRaw ? 'mixed' : 'segments',
  };
}

/**
 * Undefined when segments cannot answer: the site has none yet, they leave out what the query needs, more of its events are in
 * raw form or in segments than the limits allow, or numbers are too long. `client` must be in a transaction with one snapshot.
 */
export async function answerSegments(
  client: PoolClient,
  engine: SegmentEngine,
  query: ResolvedQuery,
  reads: Pick<ReadOptions, 'admit' | 'signal'>,
  limits: Pick<PartsRequest, 'maxRawEvents' | 'maxRows'> = {},
): Promise<SegmentAnswer | undefined> {
  const plan = planSegmentQuery(query);
  if (plan === undefined) return undefined;
  const read = await readParts(client, engine, { ...partsRequest([query], [plan]), ...limits }, reads);
  if (read === undefined) return undefined;
  const countPlan = await toCountPlan(client, query, plan, read);
  const countTask = (shared: SharedTask): CountTask => ({ kind: 'count', plan: countPlan, ...shared });
  return toAnswer(query, plan, read, mergeGroups(await runOnThreads(engine, read, countTask, reads.signal)));
}

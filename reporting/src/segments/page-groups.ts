/** Sorts and pages the groups that the engine has counted. */
import { emptyValueOf, isVisitMetric, type VisitMetric } from '../query/metric-catalogue.js';
import { isNumberMetric } from '../query/number-metrics.js';
import { type Comparable, checkPage, compareRows, fillGaps, ratio, shareOf } from '../query/page-rows.js';
import {
  type Dimension,
  isTimeDimension,
  type Metric,
  type MetricValue,
  type ResolvedQuery,
  type ResultRow,
} from '../query/resolved-query.js';
import type { GroupCounts } from './count-groups.js';
import type { CountedVisits } from './count-visits.js';
import type { NumberValues } from './number-values.js';

type ValueOf = (group: number, key: Metric | Dimension) => Comparable;

export interface GroupTexts {
  /** The text of a dimension's code. */
  textOf(dimension: Dimension, code: number): string | null;
  /** Event types counted by metrics `event:<type>`. */
  types: string[];
  numbers: NumberValues;
}

function valuesOf(query: ResolvedQuery, groups: GroupCounts, texts: GroupTexts): ValueOf {
  const { events, views, visitors } = groups;
  return (group, key) => {
    if (key === 'visitors') return visitors[group] ?? 0;
    if (key === 'views') return views[group] ?? 0;
    if (key === 'events') return events[group] ?? 0;
    if (key === 'share') return shareOf(groups.visitors[group]!, groups.totalVisitors);
    if (key === 'views_per_visitor') return ratio(groups.viewsOfVisitors[group]!, groups.viewers[group]!);
    if (isNumberMetric(key)) return texts.numbers.orderOf(key, group);
    if (isVisitMetric(key)) return visitValue(key, group, groups.visitStats!);
    if (key.startsWith('event:')) {
      // Before dimensions, since a dimension can have the same name.
      const type = texts.types.indexOf(key.slice('event:'.length));
      return groups.typeCounts[type]?.[group] ?? 0;
    }
    const code = groups.keys[query.dimensions.indexOf(key as Dimension)]![group]!;
    return isTimeDimension(key) ? code : texts.textOf(key as Dimension, code);
  };
}

const microsPerSecond = 1_000_000;
/** Rounded to two decimals. */
const seconds = (micros: number) => Math.round((100 * micros) / microsPerSecond) / 100;

/** The median of an ascending list, in seconds. */
function medianSeconds(list: Float64Array): number | null {
  if (list.length === 0) return null;
  const at = (list.length - 1) / 2;
  return seconds((list[Math.floor(at)]! + list[Math.ceil(at)]!) / 2);
}

function visitValue(key: VisitMetric, group: number, counted: CountedVisits): number | null {
  const visits = counted.visits[group]!;
  if (key === 'visits') return visits;
  if (key === 'bounce_rate') return ratio(100 * counted.bounces[group]!, visits);
  if (key === 'views_per_visit') return ratio(counted.views[group]!, visits);
  if (key === 'visit_duration') return visits === 0 ? null : seconds(counted.duration[group]! / visits);
  return medianSeconds(counted.durations![group]!);
}

/** A bucket without events has the negative group number -1 - bucket. */
const emptyGroup = (bucket: number): number => -1 - bucket;

const emptyGroupValue = (group: number, key: Metric | Dimension, share: number | null): Comparable => {
  if (isTimeDimension(key)) return -1 - group;
  return key === 'share' ? share : emptyValueOf(key);
};

/** The groups that can be on the page or before it, judged by the first order key alone: only these are compared by all keys. */
function candidates(all: number[], { orderBy: [first], offset, limit }: ResolvedQuery, read: ValueOf): number[] {
  if (!first || offset + limit >= all.length) return all;
  const sign = first.direction === 'desc' ? -1 : 1;
  const ranks = new Float64Array(all.length);
  for (let at = 0; at < all.length; at += 1) {
    const value = read(all[at]!, first.key);
    if (typeof value !== 'number') return all;
    ranks[at] = sign * value;
  }
  const last = ranks.slice().sort()[offset + limit - 1]!;
  return all.filter((_, at) => ranks[at]! <= last);
}

/** @throws ServiceError `invalid_request` for more than {@link maxAnswerBytes}. */
export function pageGroups(
  query: ResolvedQuery,
  groups: GroupCounts,
  texts: GroupTexts,
): { rows: ResultRow[]; totalRows?: number } {
  const countedValue = valuesOf(query, groups, texts);
  const emptyShare = shareOf(0, groups.totalVisitors);
  const read: ValueOf = (group, key) =>
    group < 0 ? emptyGroupValue(group, key, emptyShare) : countedValue(group, key);
  const shown = (group: number, key: Metric): MetricValue =>
    isNumberMetric(key) && group >= 0 ? texts.numbers.textOf(key, group) : (read(group, key) as number | null);
  const bucketOf = (group: number) => groups.keys[0]![group]!;
  const all = fillGaps(query, [...groups.events.keys()], { bucketOf, emptyGroup });
  const sorted = candidates(all, query, read).sort(compareRows(query, read));
  const rows = sorted.slice(query.offset, query.offset + query.limit).map((group) => ({
    dimensions: query.dimensions.map((key) => {
      const value = read(group, key);
      return isTimeDimension(key) ? query.buckets!.labels[value as number]! : (value as string | null);
    }),
    metrics: query.metrics.map((key) => shown(group, key)),
  }));
  checkPage(rows.map(({ dimensions, metrics }) => [...dimensions, ...metrics]));
  return { rows, ...(query.totalRows && { totalRows: all.length }) };
}

/** The rows of an answer: groups in the order that was asked for, cut to the page. */

import { isVisitMetric, metricEntry, type VisitMetric } from '../query/metric-catalogue.js';
import { isNumberMetric } from '../query/number-metrics.js';
import { type Comparable, checkBytes, compareRows, maxAnswerBytes, ratio, shareOf } from '../query/page-rows.js';
import type { Dimension, Metric, MetricValue, ResolvedQuery, ResultRow } from '../query/resolved-query.js';
import type { CountedGroups } from './count-groups.js';
import type { CountedVisits } from './count-visits.js';
import type { NumberValues } from './number-values.js';

/** Values of one group. */
type ValueOf = (group: number, key: Metric | Dimension) => Comparable;

export interface GroupTexts {
  /** Text of a code of a dimension. */
  textOf(dimension: Dimension, code: number): string | null;
  /** Event types that have a metric of their own. */
  types: string[];
  numbers: NumberValues;
}

function valuesOf(query: ResolvedQuery, groups: CountedGroups, texts: GroupTexts): ValueOf {
  const { events, views, visitors } = groups;
  return (group, key) => {
    if (key === 'visitors') return visitors[group] ?? 0;
    if (key === 'views') return views[group] ?? 0;
    if (key === 'events') return events[group] ?? 0;
    if (key === 'share') return shareOf(groups.visitors[group]!, groups.totalVisitors);
    if (key === 'views_per_visitor') return ratio(groups.viewsOfVisitors[group]!, groups.viewers[group]!);
    if (isNumberMetric(key)) return texts.numbers.orderOf(key, group);
    if (isVisitMetric(key)) return visitValue(key, group, groups.ofVisits!);
    if (key.startsWith('event:')) {
      // A dimension may have the name of a type.
      const type = texts.types.indexOf(key.slice('event:'.length));
      return groups.ofTypes[type]?.[group] ?? 0;
    }
    const code = groups.keys[query.dimensions.indexOf(key as Dimension)]![group]!;
    return key.startsWith('time:') ? code : texts.textOf(key as Dimension, code);
  };
}

/** A series has every bucket, and without dimensions there is one row, also when nothing happened. */
function fillGaps({ dimensions, buckets }: ResolvedQuery, groups: CountedGroups): number[] {
  const found = [...groups.events.keys()];
  const isSeries = dimensions.length === 1 && buckets !== undefined;
  if (!isSeries && dimensions.length > 0) return found;
  const byBucket = new Map(found.map((group) => [isSeries ? groups.keys[0]![group]! : 0, group]));
  return Array.from(
    { length: isSeries ? buckets.labels.length : 1 },
    (_, bucket) => byBucket.get(bucket) ?? -1 - bucket,
  );
}

const microsPerSecond = 1_000_000;
/** Seconds of two decimals. */
const seconds = (micros: number) => Math.round((100 * micros) / microsPerSecond) / 100;

/** The middle of an ascending list, or half-way between the two that are. */
function middle(list: Float64Array): number | null {
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
  return middle(counted.durations![group]!);
}

const rowBytes = 64;

function checkPage(rows: ResultRow[]): void {
  const bytesOf = ({ dimensions, metrics }: ResultRow) =>
    [...dimensions, ...metrics].reduce<number>(
      (sum, value) => sum + (typeof value === 'string' ? Buffer.byteLength(value) : 0),
      rowBytes,
    );
  checkBytes(
    rows.reduce((sum, row) => sum + bytesOf(row), 0),
    maxAnswerBytes,
  );
}

/** Of a bucket without events; it is numbered by -1 - bucket. */
const emptyValue = (group: number, key: Metric | Dimension, share: number | null): Comparable => {
  if (key.startsWith('time:')) return -1 - group;
  if (key === 'share') return share;
  return metricEntry(key)?.isNullable ? null : 0;
};

/** Those that may be on the page or before it, by what is ordered by first: few of many groups need be compared by all keys. */
function candidates(all: number[], { orderBy: [first], offset, limit }: ResolvedQuery, read: ValueOf): number[] {
  if (!first || offset + limit >= all.length) return all;
  const sign = first.direction === 'desc' ? -1 : 1;
  const places = new Float64Array(all.length);
  for (let at = 0; at < all.length; at += 1) {
    const value = read(all[at]!, first.key);
    if (typeof value !== 'number') return all;
    places[at] = sign * value;
  }
  const last = places.slice().sort()[offset + limit - 1]!;
  return all.filter((_, at) => places[at]! <= last);
}

/** @throws ServiceError `invalid_request` for more bytes than an answer may have. */
export function pageGroups(
  query: ResolvedQuery,
  groups: CountedGroups,
  texts: GroupTexts,
): { rows: ResultRow[]; totalRows?: number } {
  const found = valuesOf(query, groups, texts);
  const emptyShare = shareOf(0, groups.totalVisitors);
  const read: ValueOf = (group, key) => (group < 0 ? emptyValue(group, key, emptyShare) : found(group, key));
  const shown = (group: number, key: Metric): MetricValue =>
    isNumberMetric(key) && group >= 0 ? texts.numbers.textOf(key, group) : (read(group, key) as number | null);
  const all = fillGaps(query, groups);
  const sorted = candidates(all, query, read).sort(compareRows(query, read));
  const rows = sorted.slice(query.offset, query.offset + query.limit).map((group) => ({
    dimensions: query.dimensions.map((key) => {
      const value = read(group, key);
      return key.startsWith('time:') ? query.buckets!.labels[value as number]! : (value as string | null);
    }),
    metrics: query.metrics.map((key) => shown(group, key)),
  }));
  checkPage(rows);
  return { rows, ...(query.totalRows && { totalRows: all.length }) };
}

/** Turns a group into the values of its metrics and dimensions. */
import type { Comparable } from './order-rows.js';
import { type RollupPlan, typeOf } from './plan-rollup.js';
import type { Group } from './read-rollups.js';
import type { Dimension, Metric, ResolvedQuery, ResultRow } from './resolved-query.js';

/** Two decimals, halves away from zero; null where nothing can be divided by. */
export const ratio = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((100 * part) / whole) / 100;

/** Share in percent. */
export const shareOf = (visitors: number, inAll: number): number | null => ratio(100 * visitors, inAll);

export type ValueOf = (group: Group, key: Metric | Dimension) => Comparable;

/** `inAll` is how many visitors the range has without dimensions; a bucket is its place. */
export function groupValues(plan: RollupPlan, inAll: number): ValueOf {
  return (group, key) => {
    if (key === 'events' || key === 'visitors') return group[key];
    if (key === 'share') return shareOf(group.visitors, inAll);
    if (key.startsWith('time:')) return group.bucket;
    const type = typeOf(key);
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

/** Turns a query into how rollups answer it, or into nothing where only raw events can. */
import { type RollupDimension, rolledDimensions } from '@millrace/shared/rollups';
import type { Dimension, Filter, FilterDimension, Metric, ResolvedQuery } from './resolved-query.js';
import { isVisitMetric } from './visits-sql.js';

export interface RollupPlan {
  dimension: RollupDimension;
  byTime: boolean;
  byType: boolean;
  /** Grouped by the values of `dimension`; it may also serve a filter only. */
  byValue: boolean;
  /** Visitors are those of the rows that stand for all types together. */
  allTypes: boolean;
  /** Event types that have a metric of their own. */
  types: string[];
  withEvents: boolean;
  withViews: boolean;
  /** Whether a metric about visitors is shown or ordered by. */
  withVisitors: boolean;
}

/** Whatever stands in none of these three is counted from raw events: a new dimension is slow at first, never wrong. */
const rollupNames = new Map<string, RollupDimension>(rolledDimensions.map(({ dimension, name }) => [dimension, name]));
/** Minutes are shorter than the intervals of rollups. */
const rolledUnits = new Set<string>(
  ['hour', 'day', 'week', 'month', 'quarter', 'year', 'hour_of_day', 'day_of_week'].map((unit) => `time:${unit}`),
);
const inEveryRollup = 'event_type';

const isRolled = (dimension: Dimension | FilterDimension): boolean =>
  dimension === inEveryRollup || rolledUnits.has(dimension) || rollupNames.has(dimension);

const aboutVisitors = new Set<string>(['visitors', 'share']);
/** Rows of rollups do not say how many of their views have a user. */
const onlyRaw = 'views_per_visitor';

export const isAboutVisitors = (key: Metric | Dimension): boolean => aboutVisitors.has(key);

function dimensionsOf(filter: Filter | undefined): FilterDimension[] {
  if (!filter) return [];
  if ('filter' in filter) return dimensionsOf(filter.filter);
  if ('filters' in filter) return filter.filters.flatMap(dimensionsOf);
  return [filter.dimension];
}

/** Rollups know one dimension at a time, besides event type and time. */
export function planRollup({ dimensions, metrics, orderBy, filter }: ResolvedQuery): RollupPlan | undefined {
  const used = [...dimensions, ...dimensionsOf(filter)];
  if (!used.every(isRolled)) return undefined;
  const columns = new Set(used.filter((dimension) => rollupNames.has(dimension)));
  if (columns.size > 1) return undefined;
  const column = [...columns][0] as Dimension | undefined;
  const keys = [...metrics, ...orderBy.map(({ key }) => key)];
  if (keys.includes(onlyRaw) || keys.some(isVisitMetric)) return undefined;
  return {
    dimension: (column && rollupNames.get(column)) ?? 'all',
    byTime: dimensions.some((dimension) => dimension.startsWith('time:')),
    byType: dimensions.includes('event_type'),
    byValue: column !== undefined && dimensions.includes(column),
    allTypes: column === undefined && !used.includes('event_type'),
    types: [...new Set(keys.filter((key) => key.startsWith('event:')).map((key) => key.slice('event:'.length)))],
    withEvents: keys.includes('events'),
    withViews: keys.includes('views'),
    withVisitors: keys.some(isAboutVisitors),
  };
}

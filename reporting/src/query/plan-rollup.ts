/** Which queries rollups answer: those about all events of some time, or about types of them. */
import type { Dimension, Filter, FilterDimension, Metric, ResolvedQuery } from './resolved-query.js';

export interface RollupPlan {
  byTime: boolean;
  byType: boolean;
  /** Visitors are those of the rows that stand for all types together. */
  allTypes: boolean;
  /** Event types that are counted by themselves. */
  types: string[];
  /** Whether a metric about visitors is shown or ordered by. */
  withVisitors: boolean;
}

/** Minutes are shorter than the intervals of rollups. */
const rolledUnits = ['hour', 'day', 'week', 'month', 'quarter', 'year', 'hour_of_day', 'day_of_week'];
/** Whatever stands in neither list is counted from events: what is new is slower at first, never wrong. */
const rolledDimensions = new Set<string>(['event_type', ...rolledUnits.map((unit) => `time:${unit}`)]);
const rolledMetrics = new Set<string>(['events', 'views', 'visitors', 'share']);

const isRolled = (metric: string): boolean => rolledMetrics.has(metric) || metric.startsWith('event:');

const aboutVisitors = new Set<string>(['visitors', 'share']);

export const isAboutVisitors = (key: Metric | Dimension): boolean => aboutVisitors.has(key);

/** The event type that a metric counts, if it is one. */
export function typeOf(metric: string): string | undefined {
  if (metric === 'views') return 'view';
  return metric.startsWith('event:') ? metric.slice('event:'.length) : undefined;
}

function dimensionsOf(filter: Filter | undefined): FilterDimension[] {
  if (!filter) return [];
  if ('filter' in filter) return dimensionsOf(filter.filter);
  if ('filters' in filter) return filter.filters.flatMap(dimensionsOf);
  return [filter.dimension];
}

/** Undefined where rollups do not know what is asked for. */
export function planRollup({ dimensions, metrics, orderBy, filter }: ResolvedQuery): RollupPlan | undefined {
  const used = [...dimensions, ...dimensionsOf(filter)];
  const keys = [...metrics, ...orderBy.map(({ key }) => key).filter((key) => !dimensions.includes(key as Dimension))];
  if (!used.every((dimension) => rolledDimensions.has(dimension)) || !keys.every(isRolled)) return undefined;
  return {
    byTime: dimensions.some((dimension) => dimension.startsWith('time:')),
    byType: dimensions.includes('event_type'),
    allTypes: !used.includes('event_type'),
    types: [...new Set(keys.map(typeOf).filter((type) => type !== undefined))],
    withVisitors: keys.some(isAboutVisitors),
  };
}

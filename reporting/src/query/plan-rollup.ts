/** Decides which queries rollups can answer: those that group and filter only by time and event type. */
import { type DimensionEntry, dimensions, timeUnits, type UnitEntry } from './dimension-catalogue.js';
import { countedType, metricEntry } from './metric-catalogue.js';
import { conditionsOf, type Dimension, type Metric, type ResolvedQuery } from './resolved-query.js';

export interface RollupPlan {
  byTime: boolean;
  byType: boolean;
  /** Reads the rollup rows for all types together, which have the visitors of all types. */
  allTypes: boolean;
  /** Event types with a metric of their own. */
  types: string[];
  /** Whether a visitor metric is returned or ordered by. */
  withVisitors: boolean;
}

/**
 * Anything the catalogue does not mark as rolled up is counted from events, so a new dimension or metric is slow at first, never
 * wrong.
 */
const rolledUpDimensions = new Set<string>([
  ...dimensions.filter((entry: DimensionEntry) => entry.isRolledUp).map(({ name }) => name),
  ...timeUnits.filter((unit: UnitEntry) => unit.isRolledUp).map(({ name }) => `time:${name}`),
]);

/** Whether a metric counts the distinct users of all events in scope. */
export const countsVisitors = (key: Metric | Dimension): boolean => metricEntry(key)?.users === 'visitors';

/** Undefined when rollups cannot answer the query. */
export function planRollup(query: ResolvedQuery): RollupPlan | undefined {
  const { dimensions: groups, metrics, orderBy, filter, includeBots } = query;
  // Rollups leave out bots.
  if (includeBots) return undefined;
  const used = [...groups, ...conditionsOf(filter).map(({ dimension }) => dimension)];
  const keys = [...metrics, ...orderBy.map(({ key }) => key).filter((key) => !groups.includes(key as Dimension))];
  if (!used.every((dimension) => rolledUpDimensions.has(dimension))) return undefined;
  if (!keys.every((key) => metricEntry(key)?.isRolledUp)) return undefined;
  return {
    byTime: groups.some((dimension) => dimension.startsWith('time:')),
    byType: groups.includes('event_type'),
    allTypes: !used.includes('event_type'),
    types: [...new Set(keys.map(countedType).filter((type) => type !== undefined))],
    withVisitors: keys.some(countsVisitors),
  };
}

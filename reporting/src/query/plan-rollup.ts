/** Which queries rollups answer: those about all events of some time, or about types of them. */
import { type DimensionEntry, dimensions, timeUnits, type UnitEntry } from './dimension-catalogue.js';
import { countedType, metricEntry } from './metric-catalogue.js';
import { conditionsOf, type Dimension, type Metric, type ResolvedQuery } from './resolved-query.js';

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

/** What the catalogue does not say of a dimension or a metric is counted from events: a new one is slower at first, never wrong. */
const rolledUpDimensions = new Set<string>([
  ...dimensions.filter((entry: DimensionEntry) => entry.isRolledUp).map(({ name }) => name),
  ...timeUnits.filter((unit: UnitEntry) => unit.isRolledUp).map(({ name }) => `time:${name}`),
]);

/** Whether it is made of the different users of all events in scope. */
export const countsVisitors = (key: Metric | Dimension): boolean => metricEntry(key)?.users === 'visitors';

/** Undefined where rollups do not know what is asked for. */
export function planRollup(query: ResolvedQuery): RollupPlan | undefined {
  const { dimensions: groups, metrics, orderBy, filter, includeBots } = query;
  // They know people only.
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

/** What a query needs of segments. */
import { isAboutVisitors } from '../query/plan-rollup.js';
import type { Dimension, FilterDimension, ResolvedQuery } from '../query/resolved-query.js';
import { conditionsOf } from './plan-filter.js';

export interface QuestionPlan {
  /** Columns whose values are codes. */
  coded: string[];
  /** Event types that have a metric of their own. */
  types: string[];
  byTime: boolean;
  withViews: boolean;
  withVisitors: boolean;
  withViewers: boolean;
  withShare: boolean;
  /** Whether the column of visitors is needed at all. */
  usesVisitors: boolean;
}

const isTime = (dimension: string) => dimension.startsWith('time:');

/** Ids of sessions are kept as hashes; a name with dots may be a path into a property. */
const isKept = (dimension: Dimension | FilterDimension) =>
  dimension !== 'session_id' && !(dimension.startsWith('property:') && dimension.includes('.'));

/** Undefined for what only raw events can answer. */
export function planQuestion({ dimensions, metrics, orderBy, filter }: ResolvedQuery): QuestionPlan | undefined {
  const filtered = conditionsOf(filter).map(({ dimension }) => dimension);
  const used = [...dimensions.filter((dimension) => !isTime(dimension)), ...filtered];
  if (!used.every(isKept)) return undefined;
  const keys = [...metrics, ...orderBy.map(({ key }) => key)];
  const types = [...new Set(keys.filter((key) => key.startsWith('event:')).map((key) => key.slice('event:'.length)))];
  const withViewers = keys.includes('views_per_visitor');
  const withViews = keys.includes('views') || withViewers;
  const withVisitors = keys.some(isAboutVisitors);
  const byType = withViews || types.length > 0;
  const columns = [...used.filter((dimension) => dimension !== 'user_id'), ...(byType ? ['event_type'] : [])];
  return {
    ...{ coded: [...new Set(columns)], types, withViews, withVisitors, withViewers },
    byTime: dimensions.some(isTime),
    withShare: keys.includes('share'),
    usesVisitors: withVisitors || withViewers || filtered.includes('user_id'),
  };
}

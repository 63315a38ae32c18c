/** Works out what a query needs of segments. */
import { isVisitMetric } from '../query/metric-catalogue.js';
import { isNumberMetric, parseNumberMetric } from '../query/number-metrics.js';
import { countsVisitors } from '../query/plan-rollup.js';
import {
  conditionsOf,
  effectiveFilter,
  type Filter,
  isTimeDimension,
  type ResolvedQuery,
} from '../query/resolved-query.js';
import { isVisitColumn, sourceColumn } from './visit-columns.js';
import { visitColumns } from './visit-rules.js';

export interface VisitParams {
  /** Visit columns among dimensions and filters. */
  columns: string[];
  isCounted: boolean;
  withMedian: boolean;
}

export interface SegmentQueryPlan {
  /** Columns with codes. */
  coded: string[];
  /** Event types counted by metrics `event:<type>`. */
  types: string[];
  byTime: boolean;
  withEvents: boolean;
  withViews: boolean;
  withVisitors: boolean;
  withViewers: boolean;
  withShare: boolean;
  /** Whether column `visitor` is needed. */
  usesVisitors: boolean;
  numbers: NumberParams[];
  /** Undefined when the query does not use visits. */
  visits?: VisitParams;
}

/** What is needed of the numbers of a property. */
export interface NumberParams {
  column: string;
  withSums: boolean;
  /** Whether percentiles are needed, and so the frequency of each number. */
  withFrequencies: boolean;
}

function numberParamsOf(keys: ResolvedQuery['orderBy'][number]['key'][]): NumberParams[] {
  const metrics = keys.filter(isNumberMetric).map(parseNumberMetric);
  return [...new Set(metrics.map(({ column }) => column))].map((column) => {
    const measures = metrics.filter((each) => each.column === column).map(({ measure }) => measure);
    const withSums = measures.some((measure) => measure === 'sum' || measure === 'average');
    return { column, withSums, withFrequencies: measures.some((measure) => typeof measure === 'object') };
  });
}

function visitParamsOf(keys: string[], used: string[]): VisitParams | undefined {
  const columns = [...new Set(used.filter(isVisitColumn))];
  const isCounted = keys.some(isVisitMetric);
  if (columns.length === 0 && !isCounted) return undefined;
  return { columns, isCounted, withMedian: keys.includes('visit_duration_median') };
}

/** Session ids are stored as hashes, and a name with dots can be a path into a property: only raw events can answer for these. */
const isInSegments = (column: string) =>
  column !== 'session_id' && !(column.startsWith('property:') && column.includes('.'));

export interface ColumnsNeeded {
  /** Columns with codes. */
  coded: string[];
  /** Visit columns; undefined when visits are not used. */
  visits?: string[];
}

/** The columns of some filters and further columns; undefined when only raw events have them. */
export function columnsNeeded(
  filters: (Filter | undefined)[],
  more: string[],
  byVisit = false,
): ColumnsNeeded | undefined {
  const used = [...filters.flatMap(conditionsOf).map(({ dimension }) => dimension), ...more];
  if (!used.map(sourceColumn).every(isInSegments)) return undefined;
  const visits = [...new Set(used.filter(isVisitColumn))];
  const usesVisits = byVisit || visits.length > 0;
  const columns = used.filter((column) => column !== 'user_id').map(sourceColumn);
  const coded = [...new Set([...columns, ...(usesVisits ? visitColumns : [])])];
  return { coded, ...(usesVisits && { visits }) };
}

/** Undefined when only raw events can answer the query. */
export function planSegmentQuery(query: ResolvedQuery): SegmentQueryPlan | undefined {
  const { dimensions, metrics, orderBy } = query;
  const filtered = conditionsOf(effectiveFilter(query)).map(({ dimension }) => dimension);
  const keys = [...metrics, ...orderBy.map(({ key }) => key)];
  const numbers = numberParamsOf(keys);
  const used = [
    ...dimensions.filter((dimension) => !isTimeDimension(dimension)),
    ...filtered,
    ...numbers.map(({ column }) => column),
  ];
  if (!used.map(sourceColumn).every(isInSegments)) return undefined;
  const types = [...new Set(keys.filter((key) => key.startsWith('event:')).map((key) => key.slice('event:'.length)))];
  const withViewers = keys.includes('views_per_visitor');
  const withViews = keys.includes('views') || withViewers;
  const withVisitors = keys.some(countsVisitors);
  const byType = withViews || types.length > 0;
  const visits = visitParamsOf(keys, used);
  const columns = [
    ...used.filter((dimension) => dimension !== 'user_id').map(sourceColumn),
    ...(byType ? ['event_type'] : []),
    ...(visits ? visitColumns : []),
  ];
  return {
    ...{ coded: [...new Set(columns)], types, withViews, withVisitors, withViewers },
    byTime: dimensions.some(isTimeDimension),
    withEvents: keys.includes('events'),
    withShare: keys.includes('share'),
    numbers,
    usesVisitors: withVisitors || withViewers || filtered.includes('user_id') || visits !== undefined,
    ...(visits && { visits }),
  };
}

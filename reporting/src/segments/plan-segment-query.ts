/** What a query needs of segments. */

import { isVisitMetric } from '../query/metric-catalogue.js';
import { isNumberMetric, parseNumberMetric } from '../query/number-metrics.js';
import { countsVisitors } from '../query/plan-rollup.js';
import { conditionsOf, effectiveFilter, type Filter, type ResolvedQuery } from '../query/resolved-query.js';
import { isVisitColumn, sourceColumn } from './visit-columns.js';
import { visitColumns } from './visit-rules.js';

/** What is asked about visits. */
export interface VisitParams {
  /** Columns of visits among dimensions and filters. */
  columns: string[];
  isCounted: boolean;
  withMedian: boolean;
}

export interface SegmentQueryPlan {
  /** Columns whose values are codes. */
  coded: string[];
  /** Event types that have a metric of their own. */
  types: string[];
  byTime: boolean;
  withEvents: boolean;
  withViews: boolean;
  withVisitors: boolean;
  withViewers: boolean;
  withShare: boolean;
  /** Whether the column of visitors is needed at all. */
  usesVisitors: boolean;
  numbers: NumberParams[];
  /** Undefined where nothing is asked about visits. */
  visits?: VisitParams;
}

/** What is asked about the numbers of a property. */
export interface NumberParams {
  column: string;
  withSums: boolean;
  /** Whether it matters how often each of them comes. */
  withFrequencies: boolean;
}

function numberParamsOf(keys: ResolvedQuery['orderBy'][number]['key'][]): NumberParams[] {
  const asked = keys.filter(isNumberMetric).map(parseNumberMetric);
  return [...new Set(asked.map(({ column }) => column))].map((column) => {
    const measures = asked.filter((each) => each.column === column).map(({ measure }) => measure);
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

const isTime = (dimension: string) => dimension.startsWith('time:');

/** Ids of sessions are kept as hashes; a name with dots may be a path into a property. */
const isInSegments = (column: string) =>
  column !== 'session_id' && !(column.startsWith('property:') && column.includes('.'));

export interface ColumnsNeeded {
  /** Columns whose values are codes. */
  coded: string[];
  /** Columns of visits; undefined where nothing is asked about visits. */
  visits?: string[];
}

/** Of filters and further columns; undefined where only raw events have them. */
export function columnsNeeded(
  filters: (Filter | undefined)[],
  more: string[],
  ofWholeVisits = false,
): ColumnsNeeded | undefined {
  const used = [...filters.flatMap(conditionsOf).map(({ dimension }) => dimension), ...more];
  if (!used.map(sourceColumn).every(isInSegments)) return undefined;
  const visits = [...new Set(used.filter(isVisitColumn))];
  const usesVisits = ofWholeVisits || visits.length > 0;
  const columns = used.filter((column) => column !== 'user_id').map(sourceColumn);
  const coded = [...new Set([...columns, ...(usesVisits ? visitColumns : [])])];
  return { coded, ...(usesVisits && { visits }) };
}

/** Undefined for what only raw events can answer. */
export function planSegmentQuery(query: ResolvedQuery): SegmentQueryPlan | undefined {
  const { dimensions, metrics, orderBy } = query;
  const filtered = conditionsOf(effectiveFilter(query)).map(({ dimension }) => dimension);
  const keys = [...metrics, ...orderBy.map(({ key }) => key)];
  const numbers = numberParamsOf(keys);
  const used = [
    ...dimensions.filter((dimension) => !isTime(dimension)),
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
    byTime: dimensions.some(isTime),
    withEvents: keys.includes('events'),
    withShare: keys.includes('share'),
    numbers,
    usesVisitors: withVisitors || withViewers || filtered.includes('user_id') || visits !== undefined,
    ...(visits && { visits }),
  };
}

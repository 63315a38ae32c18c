/** The `query` of an answer: the request as it was understood, with all defaults. */
import type { ResolvedQuery, TimeRange } from '../query/resolved-query.js';
import type { QueryRequest } from './parse-query.js';

export interface QueryEcho {
  site_id: string;
  metrics: string[];
  /** Two instants, half-open. */
  date_range: [string, string];
  timezone: string;
  /** Present if the request had it. */
  week_start?: string;
  dimensions: string[];
  filters: unknown[];
  /** Present if bots count. */
  include_bots?: true;
  order_by: [string, string][];
  include: {
    comparison?: string | [string, string];
    match?: string;
    total_rows: boolean;
    time_labels: boolean;
    names?: true;
  };
  /** Two instants, half-open; present if a comparison was requested. */
  comparison_date_range?: [string, string];
  pagination: { limit: number; offset: number };
}

const instants = ({ from, to }: TimeRange): [string, string] => [from.toISOString(), to.toISOString()];

export function echoQuery(request: QueryRequest, resolved: ResolvedQuery): QueryEcho {
  const { comparison } = resolved;
  const named = typeof request.comparison === 'string' ? request.comparison : undefined;
  return {
    site_id: resolved.siteId,
    metrics: resolved.metrics,
    date_range: instants(resolved.range),
    timezone: resolved.timezone,
    ...(request.weekStart && { week_start: request.weekStart }),
    dimensions: resolved.dimensions,
    filters: request.filterList,
    ...(resolved.includeBots && { include_bots: true }),
    order_by: resolved.orderBy.map(({ key, direction }) => [key, direction]),
    include: {
      ...(comparison && { comparison: named ?? instants(comparison.range), match: request.match }),
      total_rows: resolved.totalRows,
      time_labels: resolved.timeLabels,
      ...(request.rowNames && { names: true }),
    },
    ...(comparison && { comparison_date_range: instants(comparison.range) }),
    pagination: { limit: resolved.limit, offset: resolved.offset },
  };
}

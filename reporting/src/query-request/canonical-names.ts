/** Translates aliases in a request to our own names. */
import type { Dimension, Metric, Order } from '../query/resolved-query.js';
import type { RangeInput } from './alias-names.js';
import { canonicalDimension, canonicalField, canonicalMetric, metricAliases } from './alias-names.js';
import { refusal } from './refuse.js';

/** Names as they were sent. */
export interface NamesInput {
  metrics: string[];
  dimensions: string[];
  order_by?: [string, Order['direction']][];
  date_range: RangeInput;
}

export interface CanonicalNames {
  metrics: Metric[];
  dimensions: Dimension[];
  /** Not yet checked against metrics and dimensions. */
  order?: [string, Order['direction']][];
}

function refuseDuplicates(field: string, names: string[]): void {
  const index = names.findIndex((name, place) => names.indexOf(name) < place);
  if (index >= 0) throw refusal([field, index], `repeats ${names[index]} under another name`);
}

/** @throws ServiceError `invalid_request` when two names mean the same. */
export function canonicalNames({
  metrics,
  dimensions,
  order_by: order,
  date_range: range,
}: NamesInput): CanonicalNames {
  const canonical = {
    metrics: metrics.map(canonicalMetric),
    dimensions: dimensions.map((name) => canonicalDimension(name, range)),
  };
  refuseDuplicates('metrics', canonical.metrics);
  refuseDuplicates('dimensions', canonical.dimensions);
  // `event:page` is an alias of path and also the metric that counts events of type page: the names in the query take precedence.
  const canonicalKey = (name: string) =>
    metrics.includes(name) || Object.hasOwn(metricAliases, name)
      ? canonicalMetric(name)
      : canonicalDimension(name, range);
  return { ...canonical, ...(order && { order: order.map(([name, direction]) => [canonicalKey(name), direction]) }) };
}

/** Translates the dimensions of a filter that is known to be valid. */
export function canonicalFilter(filter: unknown): unknown {
  const [op, second, ...rest] = filter as [string, unknown, ...unknown[]];
  if (op === 'not') return [op, canonicalFilter(second)];
  if (op === 'and' || op === 'or') return [op, (second as unknown[]).map(canonicalFilter)];
  return [op, canonicalField(second as string), ...rest];
}

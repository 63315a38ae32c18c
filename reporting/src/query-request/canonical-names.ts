/** Translates aliases in a request to our own names. */
import type { Dimension, Metric, Order } from '../query/resolved-query.js';
import { metricAliases, ownDimension, ownField, ownMetric } from './alias-names.js';
import type { WrittenRange } from './parse-date-range.js';
import { refusal } from './refuse.js';

/** Names as they were sent. */
export interface WrittenNames {
  metrics: string[];
  dimensions: string[];
  order_by?: [string, Order['direction']][];
  date_range: WrittenRange;
}

export interface OwnNames {
  metrics: Metric[];
  dimensions: Dimension[];
  /** Not yet checked against metrics and dimensions. */
  order?: [string, Order['direction']][];
}

function refuseTwice(field: string, names: string[]): void {
  const index = names.findIndex((name, place) => names.indexOf(name) < place);
  if (index >= 0) throw refusal([field, index], `repeats ${names[index]} under another name`);
}

/** @throws ServiceError `invalid_request` when two names mean the same. */
export function ownNames({ metrics, dimensions, order_by: order, date_range: range }: WrittenNames): OwnNames {
  const own = {
    metrics: metrics.map(ownMetric),
    dimensions: dimensions.map((name) => ownDimension(name, range)),
  };
  refuseTwice('metrics', own.metrics);
  refuseTwice('dimensions', own.dimensions);
  // `event:page` is an alias of path and also the metric that counts events of type page: the names in the query take precedence.
  const ownKey = (name: string) =>
    metrics.includes(name) || Object.hasOwn(metricAliases, name) ? ownMetric(name) : ownDimension(name, range);
  return { ...own, ...(order && { order: order.map(([name, direction]) => [ownKey(name), direction]) }) };
}

/** Translates the dimensions of a filter that is known to be valid. */
export function ownFilter(filter: unknown): unknown {
  const [op, second, ...rest] = filter as [string, unknown, ...unknown[]];
  if (op === 'not') return [op, ownFilter(second)];
  if (op === 'and' || op === 'or') return [op, (second as unknown[]).map(ownFilter)];
  return [op, ownField(second as string), ...rest];
}

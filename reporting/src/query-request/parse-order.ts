import type { Dimension, Metric, Order } from '../query/resolved-query.js';
import { refusal } from './refuse.js';

/** Time ascending, everything else by the first metric, highest first. A single row needs no order. */
export function defaultOrder(metrics: Metric[], dimensions: Dimension[]): Order[] {
  if (dimensions.length === 0) return [];
  const time = dimensions.find((dimension) => dimension.startsWith('time:'));
  const byTime: Order[] = time ? [{ key: time, direction: 'asc' }] : [];
  return time && dimensions.length === 1 ? byTime : [...byTime, { key: metrics[0]!, direction: 'desc' }];
}

/** @throws ServiceError `invalid_request` for names that are not in the query or are repeated. */
export function parseOrder(input: [string, Order['direction']][], metrics: Metric[], dimensions: Dimension[]): Order[] {
  const names: string[] = [...metrics, ...dimensions];
  const seen = new Set<string>();
  const order = input.map(([name, direction], index): Order => {
    if (!names.includes(name)) {
      throw refusal(['order_by', index, 0], 'must be a metric or a dimension of this query');
    }
    if (seen.has(name)) throw refusal(['order_by', index, 0], 'is in the order already');
    seen.add(name);
    return { key: name as Order['key'], direction };
  });
  return order.length === 0 ? defaultOrder(metrics, dimensions) : order;
}

/** Metrics over the numeric values of a property, such as `sum:property:price` and `p95:property:load_ms`. */
import { type MetricFamily, metricFamilies } from './metric-catalogue.js';
import type { Dimension, Metric, NumberFunction, NumberMetric, PropertyDimension } from './resolved-query.js';

export const numberFamilies: MetricFamily[] = metricFamilies.filter((family: MetricFamily) => family.isNumeric);

const numberMetric = new RegExp(`^(?:${numberFamilies.map(({ prefix }) => prefix).join('|')})`);

export const isNumberMetric = (key: Metric | Dimension): key is NumberMetric => numberMetric.test(key);

export interface NumberMetricParts {
  /** `p95` is `{ percentile: 95 }`. */
  measure: Exclude<NumberFunction, `p${number}`> | { percentile: number };
  column: PropertyDimension;
}

export function parseNumberMetric(metric: NumberMetric): NumberMetricParts {
  const colon = metric.indexOf(':');
  const name = metric.slice(0, colon) as NumberFunction;
  const column = metric.slice(colon + 1) as PropertyDimension;
  if (name === 'sum' || name === 'average' || name === 'minimum' || name === 'maximum')
    return { measure: name, column };
  return { measure: { percentile: Number(name.slice('p'.length)) }, column };
}

import { expect, it } from 'vitest';
import { metricProblem } from '../src/query-request/metric-problem.js';

const list =
  'the metrics are events, views, visitors, views_per_visitor, share, visits, bounce_rate, visit_duration, visit_duration_median, ' +
  'views_per_visit, event:<type>, and for a property sum, average, minimum, maximum and p1 to p99, such as sum:property:<name>';

it.each([
  ['avg:property:price', 'did you mean average:property:price?'],
  ['median:property:price', 'did you mean p50:property:price?'],
  ['averge:property:price', 'did you mean average:property:price?'],
  ['sum:price', 'did you mean sum:property:price?'],
  ['p95:load_ms', 'did you mean p95:property:load_ms?'],
  ['avg:event:props:price', 'did you mean average:property:price?'],
  ['p0:property:price', 'percentiles range from p1 to p99'],
  ['p100:property:price', 'percentiles range from p1 to p99'],
  ['p99.9:property:price', 'percentiles range from p1 to p99'],
  ['sum:property:', 'write sum:property:<name> with a name of 1 to 128 characters'],
  ['avg', 'write average:property:<name> with a name of 1 to 128 characters'],
  ['sum:visit:property:price', 'did you mean sum:property:price?'],
  ['p05:property:price', 'percentiles range from p1 to p99'],
  ['bounces', 'did you mean bounce_rate?'],
  ['bounce-rate', 'did you mean bounce_rate?'],
  ['Visitors', 'did you mean visitors?'],
  ['visitor', 'did you mean visitors?'],
  ['revenue', list],
  ['count:property:price', list],
  ['bounces:property:price', list],
])('repeats the unknown metric %s and suggests an alternative', (sent, hint) => {
  expect(metricProblem(sent)).toBe(`is "${sent}", which is not a metric; ${hint}`);
});

import { metrics } from '../query/metric-catalogue.js';
import { numberFamilies } from '../query/number-metrics.js';
import { bareProperty, unsupportedReason } from './alias-names.js';
import { nearestName } from './nearest-name.js';
import { metricPattern } from './query-names.js';
import { quoted } from './refuse.js';

const isMetric = new RegExp(metricPattern, 'u');
const plainNames: string[] = metrics.map(({ name }) => name);
const functions = numberFamilies.map(({ name }) => name.slice(0, name.indexOf(':')));
const percentile = /^p[1-9]\d?$/;

/** What other tools call our metrics. */
const otherNames = new Map([
  ['bounces', 'bounce_rate'],
  ['duration', 'visit_duration'],
  ['page_views', 'views'],
  ['session_duration', 'visit_duration'],
  ['sessions', 'visits'],
  ['unique_users', 'visitors'],
  ['unique_visitors', 'visitors'],
  ['uniques', 'visitors'],
  ['users', 'visitors'],
]);

/** What other tools call the functions over properties. */
const otherFunctions = new Map([
  ['avg', 'average'],
  ['max', 'maximum'],
  ['mean', 'average'],
  ['median', 'p50'],
  ['min', 'minimum'],
  ['total', 'sum'],
]);

const list = `the metrics are ${plainNames.join(', ')}, event:<type>, and for a property sum, average, minimum, maximum and p1 to p99, such as sum:property:<name>`;

/** Completes a sentence that starts with the field. */
export const metricProblem = (sent: string): string =>
  unsupportedReason(sent) ?? `is ${quoted(sent)}, which is not a metric; ${hint(sent)}`;

function hint(sent: string): string {
  const [name = '', ...parts] = sent.split(':');
  if (name === 'event')
    return 'event: must be followed by a type of 1 to 64 characters without NUL or unpaired surrogates';
  if (/^p\d/.test(name) && !percentile.test(name)) return 'percentiles range from p1 to p99';
  const functionName = matchFunction(name);
  if (functionName) return functionHint(functionName, parts.join(':'));
  const nearest = parts.length === 0 && (otherNames.get(name.toLowerCase()) ?? nearestName(name, plainNames));
  return nearest ? `did you mean ${nearest}?` : list;
}

const matchFunction = (name: string): string | undefined =>
  percentile.test(name) ? name : (otherFunctions.get(name.toLowerCase()) ?? nearestName(name, functions));

function functionHint(name: string, rest: string): string {
  const meant = `${name}:property:${bareProperty(rest)}`;
  if (isMetric.test(meant)) return `did you mean ${meant}?`;
  return `write ${name}:property:<name> with a name of 1 to 128 characters`;
}

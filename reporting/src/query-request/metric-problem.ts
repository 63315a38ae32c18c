/** Says what is wrong with the name of a metric, and which one was probably meant. */
import { metrics } from '../query/metric-catalogue.js';
import { numberFamilies } from '../query/number-metrics.js';
import { propertyAlias } from './alias-names.js';
import { nearestName } from './nearest-name.js';
import { metricPattern } from './query-names.js';

const isMetric = new RegExp(metricPattern, 'u');
const plainNames = metrics.map(({ name }) => name);
const functions = numberFamilies.map(({ name }) => name.slice(0, name.indexOf(':')));

/** Words of other tools. */
const otherNames = new Map([
  ['bounces', 'bounce_rate'],
  ['duration', 'visit_duration'],
  ['session_duration', 'visit_duration'],
  ['sessions', 'visits'],
  ['uniques', 'visitors'],
  ['unique_users', 'visitors'],
  ['unique_visitors', 'visitors'],
  ['users', 'visitors'],
  ['page_views', 'views'],
  ['avg', 'average'],
  ['mean', 'average'],
  ['min', 'minimum'],
  ['max', 'maximum'],
  ['median', 'p50'],
  ['total', 'sum'],
]);

const shown = (sent: string) => JSON.stringify(sent.length > 60 ? `${sent.slice(0, 60)}…` : sent);

/** The rest of a sentence that begins with the place of the metric. */
export const metricProblem = (sent: string): string =>
  `is ${shown(sent.toWellFormed())}, which is not a metric${hint(sent)}`;

function hint(sent: string): string {
  const colon = sent.indexOf(':');
  if (colon === -1) return suggestion(knownName(sent, plainNames)) ?? list;
  const name = sent.slice(0, colon).toLowerCase();
  const rest = sent.slice(colon + 1);
  if (name === 'event') return '; event: needs a type of 1 to 64 characters, none of them NUL or half a character';
  if (/^p\d/.test(name) && !functions.includes(name) && !/^p[1-9]\d?$/.test(name))
    return '; percentiles go from p1 to p99';
  const known = /^p[1-9]\d?$/.test(name) ? name : knownName(name, functions);
  if (known === undefined) return list;
  const meant = `${known}:property:${propertyOf(rest)}`;
  const nameRule = `; it has the form ${known}:property:<name>, the name having 1 to 128 characters`;
  return suggestion(isMetric.test(meant) ? meant : undefined) ?? nameRule;
}

const list = `; there are ${plainNames.join(', ')}, event:<type>, and of a property sum, average, minimum, maximum and p1 to p99, such as sum:property:<name>`;

const knownName = (sent: string, names: readonly string[]) =>
  otherNames.get(sent.toLowerCase()) ?? nearestName(sent, names);

const suggestion = (name: string | undefined) => name && `; did you mean ${name}?`;

function propertyOf(rest: string): string {
  const prefix = [propertyAlias, 'property:', 'properties:', 'props:'].find((each) => rest.startsWith(each));
  return prefix ? rest.slice(prefix.length) : rest;
}

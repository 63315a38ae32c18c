/** Translates names from the Plausible Stats API v2 (plausible.io/docs/stats-api) to ours, or explains why there is no equivalent. */
import { dayMs } from '@millrace/shared/time/durations';
import { type DimensionEntry, dimensions } from '../query/dimension-catalogue.js';
import { metrics } from '../query/metric-catalogue.js';
import type { Dimension, FilterDimension, Metric } from '../query/resolved-query.js';

/** As sent: a name, or two dates or instants. */
export type RangeInput = string | [string, string];

export const metricAliases: Record<string, Metric> = Object.fromEntries(
  metrics.flatMap(({ name, ...entry }) => ('aliases' in entry ? entry.aliases.map((alias) => [alias, name]) : [])),
);

/** Aliases of an entry, or of the members of its family. */
function aliasesOf({ name, aliases = [] }: DimensionEntry): [string, string][] {
  return Array.isArray(aliases) ? aliases.map((alias) => [alias, name]) : Object.entries(aliases);
}

export const fieldAliases = Object.fromEntries(dimensions.flatMap(aliasesOf)) as Record<
  string,
  Dimension & FilterDimension
>;

/** Prefix of property names. */
export const propertyAliasPrefix = 'event:props:';

/** A property name without the prefix that we or other tools put before it. */
export const bareProperty = (name: string): string =>
  name.replace(/^(?:visit:|event:)?(?:property|properties|props|prop)[.:]/, '');

/** A time unit that depends on the range. */
export const timeAlias = 'time';

const onlyPaths = 'is not supported; use entry_page or exit_page, which are paths';
const notMeasured = 'is not measured; use events, views, visitors, visits, visit_duration or event:<type>';
const conversions = 'is not a metric; for conversions use POST /api/v1/funnel';
const revenue = 'is not a metric; sum:property:<name> adds up a property, and the revenue job aggregates revenue';

const unsupported: Record<string, string> = {
  'visit:entry_page_hostname': onlyPaths,
  'visit:exit_page_hostname': onlyPaths,
  time_on_page: notMeasured,
  scroll_depth: notMeasured,
  conversion_rate: conversions,
  group_conversion_rate: conversions,
  total_revenue: revenue,
  average_revenue: revenue,
  'event:goal': 'is not a dimension; filter by the event_type and path of the goal',
};

/** Why a Plausible name has no equivalent, as the rest of a sentence; undefined for every other value. */
export const unsupportedReason = (name: unknown): string | undefined =>
  typeof name === 'string' && Object.hasOwn(unsupported, name) ? unsupported[name] : undefined;

const lookUp = <T>(names: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(names, name) ? names[name] : undefined;

export const canonicalMetric = (name: string): Metric => lookUp(metricAliases, name) ?? (name as Metric);

/** Our name for a dimension other than time. */
export function canonicalField(name: string): FilterDimension {
  const canonical = name.startsWith(propertyAliasPrefix) ? `property:${name.slice(propertyAliasPrefix.length)}` : name;
  return lookUp(fieldAliases, canonical) ?? (canonical as FilterDimension);
}

export const canonicalDimension = (name: string, range: RangeInput): Dimension =>
  name === timeAlias ? `time:${unitOf(range)}` : (canonicalField(name) as Dimension);

const hours = new Set(['day', 'yesterday', '24h']);
const months = new Set(['6mo', '12mo', 'year', 'last_year', 'all']);

/** Hours for one day, days for up to a quarter, months for more. */
function unitOf(range: RangeInput): 'minute' | 'hour' | 'day' | 'month' {
  if (range === 'realtime') return 'minute';
  if (typeof range === 'string' && hours.has(range)) return 'hour';
  if (typeof range === 'string' && months.has(range)) return 'month';
  const days = typeof range === 'string' ? Number(/^(\d+)d$/.exec(range)?.[1] ?? 31) : daysBetween(range);
  return days <= 1 ? 'hour' : days <= 92 ? 'day' : 'month';
}

/** The second of two dates is included. Invalid ranges are refused elsewhere. */
const daysBetween = ([from, to]: [string, string]): number =>
  (Date.parse(to) - Date.parse(from)) / dayMs + (to.length === 'YYYY-MM-DD'.length ? 1 : 0);

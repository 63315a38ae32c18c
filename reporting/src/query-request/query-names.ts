/** The names that a query may use for metrics, dimensions and ranges, as lists and as patterns. */
import { columnDimensions, personColumns, timeUnits, visitPages } from '../query/dimension-catalogue.js';
import { type MetricFamily, metricFamilies, metrics } from '../query/metric-catalogue.js';
import { numberFamilies } from '../query/number-metrics.js';
import type { VisitDimension } from '../query/resolved-query.js';
import { fieldAliases, metricAliases, propertyAliasPrefix, timeAlias } from './alias-names.js';
import type { WeekStart } from './calendar.js';
import { dayPresets, type recentPresets } from './presets.js';
import { storableText } from './storable-text.js';

/** Of the visit that an event belongs to. */
const visitDimensions: VisitDimension[] = [...visitPages, ...columnDimensions.map((name) => `visit:${name}` as const)];

const namesOf = <T extends object>(table: T) => Object.keys(table) as (keyof T & string)[];

/** Named ranges. Any number of days is one as well, see {@link dayCountPattern}. */
export const rangeNames = [
  'day',
  '24h',
  '7d',
  '28d',
  '30d',
  ...namesOf(dayPresets).filter((name) => name !== 'day'),
  'realtime',
  'all',
] as const;
/** Days up to today. */
export type DayCount = `${number}d`;
export type RangeName = keyof typeof dayPresets | keyof typeof recentPresets | 'all' | DayCount;

export const weekStarts = ['monday', 'sunday'] as const satisfies WeekStart[];
export const matchNames = ['date', 'weekday'] as const;
/** Compare days by date, or by day of the week. */
export type MatchName = (typeof matchNames)[number];

export const comparisonNames = ['previous_period', 'year_over_year'] as const;
export type ComparisonName = (typeof comparisonNames)[number];

/** `7d`, `90d`: up to the longest allowed range. */
export const dayCountPattern = '^[1-9][0-9]{0,4}d$';

const unanchored = (pattern: string) => pattern.slice(1, -1);
const namesOfFamily = ({ prefix, rest }: MetricFamily) => unanchored(storableText(1, rest.longest, prefix));
const familyNames = metricFamilies.map(namesOfFamily);
export const numberMetricPattern = `^(?:${numberFamilies.map(namesOfFamily).join('|')})$`;
const properties = [storableText(1, 128, 'property:'), storableText(1, 128, 'visit:property:')]
  .map(unanchored)
  .join('|');
const aliasFields = [...Object.keys(fieldAliases), unanchored(storableText(1, 128, propertyAliasPrefix))].join('|');

/** Sources of patterns; they need the `u` flag. */
const plainMetrics = metrics.map(({ name }) => name);
export const metricPattern = `^(?:${[...plainMetrics, ...Object.keys(metricAliases), ...familyNames].join('|')})$`;
const fields = [...columnDimensions, ...visitDimensions, ...personColumns];
export const fieldPattern = `^(?:${fields.join('|')}|${properties}|${aliasFields})$`;
export const propertyPattern = `^(?:${properties}|${aliasFields})$`;
const units = timeUnits.map(({ name }) => name);
const times = `${timeAlias}|time:(?:${units.join('|')})`;
export const dimensionPattern = `^(?:${times}|${[...columnDimensions, ...visitDimensions].join('|')}|${properties}|${aliasFields})$`;

/** Names in conditions and names of dimensions, apart from properties. */
export const fieldNames: readonly string[] = fields;
export const dimensionNames: readonly string[] = [
  ...units.map((unit) => `time:${unit}`),
  ...columnDimensions,
  ...visitDimensions,
];

const otherDimensions =
  'property:<name> (1 to 128 characters), or visit: followed by one of these, such as visit:referrer';
const withoutVisitFields = (names: readonly string[]) => names.filter((name) => !name.startsWith('visit:')).join(', ');

export const fieldRule = `must be one of ${withoutVisitFields(fieldNames)}, ${otherDimensions}`;
export const dimensionRule = `must be one of ${withoutVisitFields(dimensionNames)}, ${otherDimensions}`;
export const rangeRule = `must be one of ${rangeNames.join(', ')}, any number of days such as 45d, or [from, to] with two dates written YYYY-MM-DD or two instants with a time zone`;

/** Repeated in docs/limits.md and the OpenAPI document. */
export const queryLimits = {
  metrics: 20,
  /** Metrics over properties. */
  numberMetrics: 10,
  dimensions: 4,
  buckets: 10_000,
  rangeDays: 10_958,
  filterDepth: 5,
  filterConditions: 50,
  filterValues: 100,
  valueLength: 2_048,
  patternLength: 256,
  numberDigits: 100,
  limit: 10_000,
  offset: 1_000_000,
} as const;

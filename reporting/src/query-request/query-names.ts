/** Turns the names that a query may use, for metrics, dimensions and spans of time, into lists and patterns. */
import { columnDimensions, personColumns, timeUnits, visitPages } from '../query/dimension-catalogue.js';
import { type MetricFamily, metricFamilies, metrics } from '../query/metric-catalogue.js';
import { numberFamilies } from '../query/number-metrics.js';
import type { VisitDimension } from '../query/resolved-query.js';
import { fieldAliases, metricAliases, propertyAlias, timeAlias } from './alias-names.js';
import type { WeekStart } from './calendar.js';
import { dayPresets, type recentPresets } from './presets.js';
import { storableText } from './storable-text.js';

/** Of the visit that an event is part of. */
const visitDimensions: VisitDimension[] = [...visitPages, ...columnDimensions.map((name) => `visit:${name}` as const)];

const namesOf = <T extends object>(table: T) => Object.keys(table) as (keyof T & string)[];

/** Names of spans of time. Any number of days is one, see {@link dayCountPattern}. */
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
/** Days that end with today. */
export type DayCount = `${number}d`;
export type RangeName = keyof typeof dayPresets | keyof typeof recentPresets | 'all' | DayCount;

export const weekStarts = ['monday', 'sunday'] as const satisfies WeekStart[];
export const matchNames = ['date', 'weekday'] as const;
/** Whether days are compared with days of the same date or of the same day of the week. */
export type MatchName = (typeof matchNames)[number];

export const comparisonNames = ['previous_period', 'year_over_year'] as const;
export type ComparisonName = (typeof comparisonNames)[number];

/** `7d`, `90d`: up to as many days as a range may have. */
export const dayCountPattern = '^[1-9][0-9]{0,4}d$';

const inside = (pattern: string) => pattern.slice(1, -1);
const namesOfFamily = ({ prefix, rest }: MetricFamily) => inside(storableText(1, rest.longest, prefix));
const familyNames = metricFamilies.map(namesOfFamily);
export const numberMetricPattern = `^(?:${numberFamilies.map(namesOfFamily).join('|')})$`;
const properties = [storableText(1, 128, 'property:'), storableText(1, 128, 'visit:property:')].map(inside).join('|');
const theirFields = [...Object.keys(fieldAliases), inside(storableText(1, 128, propertyAlias))].join('|');

/** Sources of patterns, for the flag `u`. */
const plainMetrics = metrics.map(({ name }) => name);
export const metricPattern = `^(?:${[...plainMetrics, ...Object.keys(metricAliases), ...familyNames].join('|')})$`;
const fields = [...columnDimensions, ...visitDimensions, ...personColumns];
export const fieldPattern = `^(?:${fields.join('|')}|${properties}|${theirFields})$`;
export const propertyPattern = `^(?:${properties}|${theirFields})$`;
const units = timeUnits.map(({ name }) => name);
const times = `${timeAlias}|time:(?:${units.join('|')})`;
export const dimensionPattern = `^(?:${times}|${[...columnDimensions, ...visitDimensions].join('|')}|${properties}|${theirFields})$`;

/** Names that conditions may be about, and those that rows may be of, besides properties. */
export const fieldNames: readonly string[] = fields;
export const dimensionNames: readonly string[] = [
  ...units.map((unit) => `time:${unit}`),
  ...columnDimensions,
  ...visitDimensions,
];

const others = 'property:<name> (of 1 to 128 characters) or visit: with one of these, such as visit:referrer';
const ofEvents = (names: readonly string[]) => names.filter((name) => !name.startsWith('visit:')).join(', ');

export const fieldRule = `must be one of ${ofEvents(fieldNames)}, ${others}`;
export const dimensionRule = `must be one of ${ofEvents(dimensionNames)}, ${others}`;
export const rangeRule = `must be one of ${rangeNames.join(', ')}, another number of days such as 45d, or [from, to], two dates written YYYY-MM-DD or two instants with a zone`;

/** What a query is limited to; also in docs/limits.md and the OpenAPI document. */
export const queryLimits = {
  metrics: 20,
  /** Of the metrics those over properties. */
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

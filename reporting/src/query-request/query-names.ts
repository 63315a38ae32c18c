/** Turns the names that a query may use, for metrics, dimensions and spans of time, into lists and patterns. */
import type { ColumnDimension, Metric, PersonColumn, TimeUnit } from '../query/resolved-query.js';
import { fieldAliases, metricAliases, propertyAlias, timeAlias } from './alias-names.js';
import { storableText } from './storable-text.js';

export const plainMetrics = ['events', 'views', 'visitors', 'views_per_visitor', 'share'] as const satisfies Metric[];
export const timeUnits = ['minute', 'hour', 'day', 'week', 'month'] as const satisfies TimeUnit[];
export const columnDimensions = ['event_type', 'path', 'referrer', 'profile_id'] as const satisfies ColumnDimension[];

export const rangeNames = [
  'day',
  '24h',
  '7d',
  '28d',
  '30d',
  'month',
  '6mo',
  '12mo',
  'year',
  'all',
  'realtime',
] as const;
export type RangeName = (typeof rangeNames)[number];

export const comparisonNames = ['previous_period', 'year_over_year'] as const;
export type ComparisonName = (typeof comparisonNames)[number];

/** Columns of people, for filters only. */
export const personColumns = ['user_id', 'session_id'] as const satisfies PersonColumn[];

const inside = (pattern: string) => pattern.slice(1, -1);
const eventTypes = inside(storableText(1, 64, 'event:'));
const properties = inside(storableText(1, 128, 'property:'));
const theirFields = [...Object.keys(fieldAliases), inside(storableText(1, 128, propertyAlias))].join('|');

/** Sources of patterns, for the flag `u`. */
const metrics = [...plainMetrics, ...Object.keys(metricAliases)].join('|');
export const metricPattern = `^(?:${metrics}|${eventTypes})$`;
const fields = [...columnDimensions, ...personColumns];
export const fieldPattern = `^(?:${fields.join('|')}|${properties}|${theirFields})$`;
export const propertyPattern = `^(?:${properties}|${theirFields})$`;
const times = `${timeAlias}|time:(?:${timeUnits.join('|')})`;
export const dimensionPattern = `^(?:${times}|${columnDimensions.join('|')}|${properties}|${theirFields})$`;

export const metricRule = `must be one of ${plainMetrics.join(', ')} or event:<type>, the type having 1 to 64 characters`;
export const fieldRule = `must be one of ${fields.join(', ')} or property:<name>, the name having 1 to 128 characters`;
export const dimensionRule = `must be one of time:${timeUnits.join(', time:')}, ${columnDimensions.join(', ')} or property:<name>, the name having 1 to 128 characters`;
export const rangeRule = `must be one of ${rangeNames.join(', ')} or [from, to], two dates written YYYY-MM-DD or two instants with a zone`;

/** What a query is limited to; also in the README and the OpenAPI document. */
export const queryLimits = {
  metrics: 20,
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

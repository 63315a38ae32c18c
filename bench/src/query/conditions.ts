/** Filters of the API as conditions of SQL. */
import type { DayRange } from './day-range.js';
import { type Dialect, quote } from './dialect.js';

export type ApiFilter = ['is' | 'starts_with', dimension: string, values: string[]];

/** Name of the dimension in the API: what is no column of events is a property. */
export const apiName = (dimension: string) =>
  ['event_type', 'path', 'referrer', 'profile_id', 'entry_page', 'exit_page'].includes(dimension)
    ? dimension
    : `property:${dimension}`;

export const is = (dimension: string, ...values: string[]): ApiFilter => ['is', apiName(dimension), values];
export const startsWith = (dimension: string, text: string): ApiFilter => ['starts_with', apiName(dimension), [text]];

function conditionOf(dialect: Dialect, [operator, name, values]: ApiFilter): string {
  const column = dialect.column(name.replace('property:', ''));
  if (operator === 'is') return `${column} in (${values.map(quote).join(', ')})`;
  return `${column} like ${quote(`${values[0]}%`)}`;
}

/** True of events that fit all filters. */
export const allOf = (dialect: Dialect, filters: ApiFilter[]): string =>
  filters.map((filter) => conditionOf(dialect, filter)).join(' and ');

/** True of the events of the site in the range that fit all filters. */
export const inScope = (dialect: Dialect, { siteId, from, to }: DayRange, filters: ApiFilter[] = []): string =>
  [
    `site_id = ${quote(siteId)} and ${dialect.within(from, to)}`,
    ...filters.map((each) => conditionOf(dialect, each)),
  ].join('\n  and ');

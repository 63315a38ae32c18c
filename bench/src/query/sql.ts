import { referrerHost } from '@millrace/shared/contract/referrer-host';
import { dayMs } from '@millrace/shared/time/durations';

/** Whole days of a time zone and the instants they span. */
export interface DayRange {
  siteId: string;
  /** First and last day, inclusive. */
  days: [string, string];
  timezone: string;
  /** Half-open. */
  from: string;
  to: string;
}

const offsetsMs: Record<string, number> = { UTC: 0, 'Asia/Kolkata': 19_800_000 };

/** `count` days ending with that of `timeMs`. Dates rather than `30d`: every query of a run means the same days. */
export function lastDays(siteId: string, timeMs: number, count: number, timezone = 'UTC'): DayRange {
  const offset = offsetsMs[timezone]!;
  const end = Math.floor((timeMs + offset) / dayMs) + 1;
  const dayOf = (number: number) => new Date(number * dayMs).toISOString().slice(0, 10);
  const instant = (number: number) => new Date(number * dayMs - offset).toISOString();
  return {
    siteId,
    days: [dayOf(end - count), dayOf(end - 1)],
    timezone,
    from: instant(end - count),
    to: instant(end),
  };
}

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

const columns = new Set(['event_type', 'path', 'profile_id']);

/** The SQL expression of a dimension. */
export function column(dimension: string): string {
  if (dimension === 'referrer') return referrerHost();
  return columns.has(dimension) ? dimension : `(properties ->> ${quote(dimension)})`;
}

export const countWhere = (condition: string) => `count(*) filter (where ${condition})::int`;

export type ApiFilter = ['is' | 'starts_with', dimension: string, values: string[]];

/** Name of the dimension in the API: anything that is not a column of events is a property. */
export const apiName = (dimension: string) =>
  ['event_type', 'path', 'referrer', 'profile_id', 'entry_page', 'exit_page'].includes(dimension)
    ? dimension
    : `property:${dimension}`;

export const is = (dimension: string, ...values: string[]): ApiFilter => ['is', apiName(dimension), values];
export const startsWith = (dimension: string, text: string): ApiFilter => ['starts_with', apiName(dimension), [text]];

function conditionOf([operator, name, values]: ApiFilter): string {
  const expression = column(name.replace('property:', ''));
  if (operator === 'is') return `${expression} in (${values.map(quote).join(', ')})`;
  return `${expression} like ${quote(`${values[0]}%`)}`;
}

/** True of events that match all filters. */
export const allOf = (filters: ApiFilter[]): string => filters.map(conditionOf).join(' and ');

export const within = ({ from, to }: Pick<DayRange, 'from' | 'to'>) =>
  `timestamp >= ${quote(from)} and timestamp < ${quote(to)}`;

/** True of the site's events in the range that match all filters. */
export const inScope = (range: DayRange, filters: ApiFilter[] = []): string =>
  [`site_id = ${quote(range.siteId)} and ${within(range)}`, ...filters.map(conditionOf)].join('\n  and ');

/** Metrics over properties in SQL, for questions that segments cannot answer; exact in numeric, like the engine's. */
import type { SqlParameters } from '../reading/sql-parameters.js';
import { averagePlaces } from './exact-numbers.js';
import { numberSql } from './filter-sql.js';
import type { MatchingEvents } from './matching-events.js';
import { parseNumberMetric } from './number-metrics.js';
import { rawColumn } from './raw-columns.js';
import type { NumberMetric } from './resolved-query.js';

/** Whole numbers all the way, since a quotient of Postgres has been rounded once already. */
const averageSql = (number: string) =>
  `sign(sum(${number})) * div(2 * 1e${averagePlaces} * abs(sum(${number})) + count(${number}), 2 * count(${number})) * 1e-${averagePlaces}`;

/** The rank is computed in doubles: a hair less, and none is ever rounded up to the next one. */
const percentileSql = (number: string, percentile: number) =>
  `percentile_disc(${percentile / 100} - 1e-12) within group (order by ${number})`;

function measureSql({ measure }: ReturnType<typeof parseNumberMetric>, number: string): string {
  if (typeof measure === 'object') return percentileSql(number, measure.percentile);
  if (measure === 'average') return averageSql(number);
  return { sum: `sum(${number})`, minimum: `min(${number})`, maximum: `max(${number})` }[measure];
}

/** Metrics by their place in the list as columns m0, m1 and so on, which order as numbers; their text is {@link shownNumber}. */
export const columnOf = (metrics: NumberMetric[], metric: NumberMetric): string => `m${metrics.indexOf(metric)}`;

/** Plain digits, without zeros at the end of the fraction. */
export const shownNumber = (column: string): string => `trim_scale(${column})::text`;

function numbersSql(metrics: NumberMetric[], { keys, from }: MatchingEvents, parameters: SqlParameters): string {
  const parts = metrics.map(parseNumberMetric);
  const properties = [...new Set(parts.map(({ column }) => column))];
  const numbers = properties.map((column) => numberSql(rawColumn(column, parameters).sql));
  const columns = [...keys.map((key, at) => `${key} as d${at}`), ...numbers.map((sql, at) => `${sql} as n${at}`)];
  const measures = parts.map((part, at) => `${measureSql(part, `n${properties.indexOf(part.column)}`)} as m${at}`);
  const places = keys.map((_key, at) => `d${at}`);
  return `select ${[...places, ...measures].join(', ')} from (select ${columns.join(', ')} from ${from}) as valued
  ${places.length > 0 ? `group by ${places.join(', ')}` : ''}`;
}

/**
 * Tables behind `groups` in which each group has its numbers, and the name of the last. The events are read once more: what is
 * counted besides is counted by user first. Arrays are equal where both have nulls, and can be hashed.
 */
export function numberedGroups(
  metrics: NumberMetric[],
  events: MatchingEvents,
  parameters: SqlParameters,
): { tables: string; name: 'groups' | 'numbered' } {
  if (metrics.length === 0) return { tables: '', name: 'groups' };
  const key = (table: string) => `array[${events.keys.map((_key, at) => `${table}.d${at}::text`).join(', ')}]`;
  const isSame = events.keys.length > 0 ? `${key('groups')} = ${key('numbers')}` : 'true';
  const columns = metrics.map((_metric, at) => `m${at}`).join(', ');
  const tables = `, numbers as (
  ${numbersSql(metrics, events, parameters)}
), numbered as (
  select groups.*, ${columns} from groups left join numbers on ${isSame}
)`;
  return { tables, name: 'numbered' };
}

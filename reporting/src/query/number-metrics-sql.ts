/** Number metrics in SQL, for queries that segments cannot answer; exact, like those of the segment engine. */
import type { SqlParameters } from '../reading/sql-parameters.js';
import { averagePlaces } from './exact-numbers.js';
import { numberSql } from './filter-sql.js';
import type { MatchingEvents } from './matching-events.js';
import { parseNumberMetric } from './number-metrics.js';
import { rawColumn } from './raw-columns.js';
import type { NumberMetric } from './resolved-query.js';

/** Integer arithmetic throughout: a quotient in Postgres has already been rounded once. */
const averageSql = (number: string) =>
  `sign(sum(${number})) * div(2 * 1e${averagePlaces} * abs(sum(${number})) + count(${number}), 2 * count(${number})) * 1e-${averagePlaces}`;

/** Postgres computes the rank in doubles; a slightly smaller fraction keeps it from rounding up to the next rank. */
const percentileSql = (number: string, percentile: number) =>
  `percentile_disc(${percentile / 100} - 1e-12) within group (order by ${number})`;

function measureSql({ measure }: ReturnType<typeof parseNumberMetric>, number: string): string {
  if (typeof measure === 'object') return percentileSql(number, measure.percentile);
  if (measure === 'average') return averageSql(number);
  return { sum: `sum(${number})`, minimum: `min(${number})`, maximum: `max(${number})` }[measure];
}

/** The numeric column of a metric, m0, m1 and so on by its position in the list; {@link shownNumber} is its text. */
export const columnOf = (metrics: NumberMetric[], metric: NumberMetric): string => `m${metrics.indexOf(metric)}`;

/** Plain digits without trailing zeros in the fraction. */
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
 * CTEs after `groups` that add the number metrics to each group, and the name of the last CTE. The events are read a second time,
 * since the other metrics are counted per user first. The keys are compared as arrays, which can be hashed and whose nulls are
 * equal.
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

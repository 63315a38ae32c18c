/** Writes a filter as an SQL condition that is true or false for every row, never unknown. */

import type { SqlParameters } from '../reading/sql-parameters.js';
import { type FilterTest, filterRules } from './filter-operators.js';
import type { Condition, Filter } from './resolved-query.js';

/** What a dimension is called in the rows to be filtered. */
export interface FilterColumn {
  /** An SQL expression of type text; null where the value is absent. */
  sql: string;
  /** False when it is never null, so that an index on it can be used. */
  nullable: boolean;
  /** A condition that follows from `sql = any(values)` and that an index answers. */
  indexSql?: (values: string) => string;
}

/** Dimension → column; parameters that its expression needs are added on the way. */
export type FilterColumns = (dimension: Condition['dimension'], parameters: SqlParameters) => FilterColumn;

/** The condition, in brackets; every denial is the exact complement of what it denies. */
export function filterSql(filter: Filter, columns: FilterColumns, parameters: SqlParameters): string {
  switch (filter.op) {
    case 'and':
      return joinFilters(filter.filters, 'and', 'true', columns, parameters);
    case 'or':
      return joinFilters(filter.filters, 'or', 'false', columns, parameters);
    case 'not':
      return `(not ${filterSql(filter.filter, columns, parameters)})`;
    default:
      return conditionSql(filter, columns(filter.dimension, parameters), parameters);
  }
}

function joinFilters(
  filters: Filter[],
  word: 'and' | 'or',
  emptyResult: string,
  columns: FilterColumns,
  parameters: SqlParameters,
): string {
  const parts = filters.map((filter) => filterSql(filter, columns, parameters));
  return parts.length === 0 ? emptyResult : `(${parts.join(` ${word} `)})`;
}

function conditionSql(condition: Condition, column: FilterColumn, parameters: SqlParameters): string {
  const { test, isDenial } = filterRules[condition.op];
  const positive = test === 'is_set' ? isSetSql(condition, column) : testSql(test, condition, column, parameters);
  return isDenial ? `(not ${positive})` : positive;
}

/** Values that say that there is none. */
const placeholders: Partial<Record<Condition['dimension'], string>> = {
  referrer: 'direct',
  'visit:referrer': 'direct',
};

function isSetSql({ dimension }: Condition, { sql }: FilterColumn): string {
  const none = placeholders[dimension];
  return none === undefined ? `(${sql} is not null)` : `(coalesce(${sql}, '${none}') <> '${none}')`;
}

/** False, not unknown, where the value is absent. */
function testSql(
  test: Exclude<FilterTest, 'is_set'>,
  { values, ignoreCase }: Condition,
  column: FilterColumn,
  parameters: SqlParameters,
): string {
  const texts = values.filter((value) => value !== null);
  const present = texts.length === 0 ? [] : [comparison(test, texts, ignoreCase === true, column, parameters)];
  // What is no number is unknown, like what is absent.
  const certain = column.nullable || isNumeric(test) ? present.map((part) => `coalesce(${part}, false)`) : present;
  const alternatives = values.includes(null) ? [...certain, `${column.sql} is null`] : certain;
  return alternatives.length === 0 ? 'false' : `(${alternatives.join(' or ')})`;
}

const symbols = { greater: '>', greater_or_equal: '>=', less: '<', less_or_equal: '<=' } as const;

const isNumeric = (test: FilterTest): boolean => test === 'between' || test in symbols;

/** Texts that are numbers: those that match, for Postgres and JavaScript alike, and are no longer. */
export const numberPattern = '^[+-]?[0-9]+([.][0-9]+)?$';
export const maxNumberLength = 10_000;

/**
 * A text as the number that it is, exactly; null for every other text. Only what is surely a number is cast, since a cast that
 * fails would fail the whole statement; no property is as long as what Postgres could not hold.
 */
export const numberSql = (text: string): string =>
  `(case when length(${text}) <= ${maxNumberLength} and ${text} ~ '${numberPattern}' then (${text})::numeric end)`;

/** True, or null where the value is absent, when one of the texts fits. */
function comparison(
  test: Exclude<FilterTest, 'is_set'>,
  texts: string[],
  ignoreCase: boolean,
  column: FilterColumn,
  parameters: SqlParameters,
): string {
  const lower = (sql: string) => (ignoreCase ? `lower(${sql})` : sql);
  const value = lower(column.sql);
  const anyOf = (fits: (text: string) => string) =>
    `(${texts.map((text) => fits(lower(parameters.add(text, 'text')))).join(' or ')})`;
  switch (test) {
    case 'is':
      return ignoreCase ? anyOf((text) => `${value} = ${text}`) : equalSql(texts, column, parameters);
    case 'contains':
      return anyOf((text) => `strpos(${value}, ${text}) > 0`);
    case 'starts_with':
      return anyOf((text) => `starts_with(${value}, ${text})`);
    case 'ends_with':
      return anyOf((text) => `right(${value}, length(${text})) = ${text}`);
    case 'matches': {
      const operator = ignoreCase ? '~*' : '~';
      return `(${texts.map((text) => `${column.sql} ${operator} ${parameters.add(text, 'text')}`).join(' or ')})`;
    }
    case 'between': {
      const [least, most] = texts.map((text) => parameters.add(text, 'numeric'));
      return `(${numberSql(column.sql)} between ${least} and ${most})`;
    }
    default:
      return `(${numberSql(column.sql)} ${symbols[test]} ${parameters.add(texts[0]!, 'numeric')})`;
  }
}

function equalSql(texts: string[], column: FilterColumn, parameters: SqlParameters): string {
  const list = parameters.add(texts, 'text[]');
  const equal = `${column.sql} = any(${list})`;
  return column.indexSql ? `(${column.indexSql(list)} and ${equal})` : equal;
}

type ColumnOf = (dimension: Condition['dimension']) => FilterColumn;

/** What every row must fit that is read; undefined when the filter keeps nothing from being read. */
export function indexedFilter(filter: Filter | undefined, columnOf: ColumnOf): Filter | undefined {
  if (!filter || 'filter' in filter) return undefined;
  if (!('filters' in filter)) return isIndexed(filter, columnOf) ? filter : undefined;
  if (filter.op === 'or') return undefined;
  const filters = filter.filters.flatMap((each) => indexedFilter(each, columnOf) ?? []);
  return filters.length > 0 ? { op: 'and', filters } : undefined;
}

/** As `filterSql` writes conditions: an absent value, or one that may be absent, keeps an index from being used. */
function isIndexed({ op, dimension, values, ignoreCase }: Condition, columnOf: ColumnOf): boolean {
  // No index answers these, and their expressions would add parameters that no part of a statement uses.
  if (/^(visit:)?property:/.test(dimension)) return false;
  if (op !== 'is' || ignoreCase || values.includes(null)) return false;
  const { indexSql, nullable } = columnOf(dimension);
  return indexSql !== undefined && !nullable;
}

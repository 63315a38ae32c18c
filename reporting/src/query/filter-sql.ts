/** Writes a filter as an SQL condition that is true or false for every row, never null. */
import type { SqlParameters } from '../reading/sql-parameters.js';
import { type FilterTest, filterRules } from './filter-operators.js';
import type { Condition, Filter } from './resolved-query.js';

/** A dimension as a column of the rows to filter. */
export interface FilterColumn {
  /** An SQL expression of type text; null where the value is absent. */
  sql: string;
  /** False when it is never null, which lets an index on it be used. */
  nullable: boolean;
  /** A condition implied by `sql = any(values)` that can use an index. */
  indexSql?: (values: string) => string;
}

/** Returns the column of a dimension, and adds the parameters that its expression needs. */
export type FilterColumns = (dimension: Condition['dimension'], parameters: SqlParameters) => FilterColumn;

/** The condition in parentheses; a negated operator is the exact complement of its test. */
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
  const { test, isNegated } = filterRules[condition.op];
  const positive = test === 'is_set' ? isSetSql(condition, column) : testSql(test, condition, column, parameters);
  return isNegated ? `(not ${positive})` : positive;
}

/** Stored values that mean "no value". */
const placeholders: Partial<Record<Condition['dimension'], string>> = {
  referrer: 'direct',
  'visit:referrer': 'direct',
};

function isSetSql({ dimension }: Condition, { sql }: FilterColumn): string {
  const none = placeholders[dimension];
  return none === undefined ? `(${sql} is not null)` : `(coalesce(${sql}, '${none}') <> '${none}')`;
}

/** False rather than null when the value is absent. */
function testSql(
  test: Exclude<FilterTest, 'is_set'>,
  { values, ignoreCase }: Condition,
  column: FilterColumn,
  parameters: SqlParameters,
): string {
  const texts = values.filter((value) => value !== null);
  const comparisons = texts.length === 0 ? [] : [comparison(test, texts, ignoreCase === true, column, parameters)];
  // A text that is not a number gives null, just like an absent value.
  const conditions =
    column.nullable || isNumeric(test) ? comparisons.map((part) => `coalesce(${part}, false)`) : comparisons;
  const alternatives = values.includes(null) ? [...conditions, `${column.sql} is null`] : conditions;
  return alternatives.length === 0 ? 'false' : `(${alternatives.join(' or ')})`;
}

const symbols = { greater: '>', greater_or_equal: '>=', less: '<', less_or_equal: '<=' } as const;

const isNumeric = (test: FilterTest): boolean => test === 'between' || test in symbols;

/** A text is a number if it matches this pattern, in Postgres and JavaScript alike, and is not longer than the limit. */
export const numberPattern = '^[+-]?[0-9]+([.][0-9]+)?$';
export const maxNumberLength = 10_000;

/**
 * The exact number that a text contains; null for any other text. Only texts that match are cast, since a failing cast would fail
 * the whole statement; numbers too long for Postgres are longer than any property.
 */
export const numberSql = (text: string): string =>
  `(case when length(${text}) <= ${maxNumberLength} and ${text} ~ '${numberPattern}' then (${text})::numeric end)`;

/** True when one of the texts matches; null when the value is absent. */
function comparison(
  test: Exclude<FilterTest, 'is_set'>,
  texts: string[],
  ignoreCase: boolean,
  column: FilterColumn,
  parameters: SqlParameters,
): string {
  const lower = (sql: string) => (ignoreCase ? `lower(${sql})` : sql);
  const value = lower(column.sql);
  const anyOf = (matches: (text: string) => string) =>
    `(${texts.map((text) => matches(lower(parameters.add(text, 'text')))).join(' or ')})`;
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

/** The part of a filter that limits which rows are read through an index; undefined when all rows are read. */
export function indexedFilter(filter: Filter | undefined, columnOf: ColumnOf): Filter | undefined {
  if (!filter || 'filter' in filter) return undefined;
  if (!('filters' in filter)) return isIndexed(filter, columnOf) ? filter : undefined;
  if (filter.op === 'or') return undefined;
  const filters = filter.filters.flatMap((each) => indexedFilter(each, columnOf) ?? []);
  return filters.length > 0 ? { op: 'and', filters } : undefined;
}

/** With the conditions that `filterSql` writes, a null or a nullable column prevents the use of an index. */
function isIndexed({ op, dimension, values, ignoreCase }: Condition, columnOf: ColumnOf): boolean {
  // No index exists for these, and their expressions would add parameters that the statement does not use.
  if (/^(visit:)?property:/.test(dimension)) return false;
  if (op !== 'is' || ignoreCase || values.includes(null)) return false;
  const { indexSql, nullable } = columnOf(dimension);
  return indexSql !== undefined && !nullable;
}

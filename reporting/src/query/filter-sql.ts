/** Turns a filter into an SQL condition that is true or false for every row, never unknown. */
import type { Condition, Filter } from './resolved-query.js';
import type { SqlParameters } from './sql-parameters.js';

/** What a dimension is called in the rows to be filtered. */
export interface FilterColumn {
  /** An SQL expression of type text; null where the value is absent. */
  sql: string;
  /** False when it is never null, so that an index on it can be used. */
  nullable: boolean;
  /** A condition that follows from `sql = any(values)` and that an index answers. */
  narrow?: (values: string) => string;
}

/** Dimension → column; parameters that its expression needs are added on the way. */
export type FilterColumns = (dimension: Condition['dimension'], parameters: SqlParameters) => FilterColumn;

/** The condition, in brackets; every `*_not` and `not` is the exact complement of what it denies. */
export function filterSql(filter: Filter, columns: FilterColumns, parameters: SqlParameters): string {
  switch (filter.op) {
    case 'and':
      return joined(filter.filters, 'and', 'true', columns, parameters);
    case 'or':
      return joined(filter.filters, 'or', 'false', columns, parameters);
    case 'not':
      return `(not ${filterSql(filter.filter, columns, parameters)})`;
    default:
      return conditionSql(filter, columns(filter.dimension, parameters), parameters);
  }
}

function joined(
  filters: Filter[],
  word: 'and' | 'or',
  ofNone: string,
  columns: FilterColumns,
  parameters: SqlParameters,
): string {
  const parts = filters.map((filter) => filterSql(filter, columns, parameters));
  return parts.length === 0 ? ofNone : `(${parts.join(` ${word} `)})`;
}

function conditionSql({ op, values }: Condition, column: FilterColumn, parameters: SqlParameters): string {
  const texts = values.filter((value) => value !== null);
  const present = texts.length === 0 ? [] : [comparison(op, texts, column, parameters)];
  const certain = column.nullable ? present.map((part) => `coalesce(${part}, false)`) : present;
  const alternatives = values.includes(null) ? [...certain, `${column.sql} is null`] : certain;
  const positive = alternatives.length === 0 ? 'false' : `(${alternatives.join(' or ')})`;
  return op.endsWith('_not') ? `(not ${positive})` : positive;
}

/** True, or null where the value is absent, when one of the texts fits. */
function comparison(op: Condition['op'], texts: string[], column: FilterColumn, parameters: SqlParameters): string {
  switch (op) {
    case 'is':
    case 'is_not': {
      const list = parameters.add(texts, 'text[]');
      const equal = `${column.sql} = any(${list})`;
      return column.narrow ? `(${column.narrow(list)} and ${equal})` : equal;
    }
    case 'contains':
    case 'contains_not':
      return `(${texts.map((text) => `strpos(${column.sql}, ${parameters.add(text, 'text')}) > 0`).join(' or ')})`;
    case 'matches':
    case 'matches_not':
      return `(${texts.map((text) => `${column.sql} ~ ${parameters.add(text, 'text')}`).join(' or ')})`;
  }
}

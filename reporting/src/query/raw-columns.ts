/** Dimensions as expressions over the columns of table events. */
import type { SqlParameters } from '../reading/sql-parameters.js';
import { dimensionEntry } from './dimension-catalogue.js';
import type { FilterColumn } from './filter-sql.js';
import type { FilterDimension } from './resolved-query.js';
import { firstEventSql } from './visits-sql.js';

/**
 * A property's value is its text; numbers, booleans, lists and objects are their JSON. JSON null counts as absent. A name
 * with dots is the property of exactly that name if there is one, otherwise a path: `a.b` is `b` within `a`, and `a.0` the first
 * element of a list.
 */
export function rawColumn(dimension: FilterDimension, parameters: SqlParameters): FilterColumn {
  if (dimension.startsWith('visit:')) {
    const { sql } = rawColumn(dimension.slice('visit:'.length) as FilterDimension, parameters);
    // Events without a visit have no first event.
    return { sql: `(case when visit_no is not null then ${firstEventSql(sql)} end)`, nullable: true };
  }
  const entry = dimensionEntry(dimension);
  if (entry?.sql) {
    const { indexSql, isNullable = false } = entry;
    return { sql: `(${entry.sql(parameters.site)})`, nullable: isNullable, ...(indexSql && { indexSql }) };
  }
  // Visit columns have the names of their dimensions.
  if (entry) return { sql: dimension, nullable: true };
  const name = dimension.slice('property:'.length);
  const exactName = `properties ->> ${parameters.add(name, 'text')}`;
  if (!name.includes('.')) return { sql: `(${exactName})`, nullable: true };
  return { sql: `coalesce(${exactName}, properties #>> ${parameters.add(name.split('.'), 'text[]')})`, nullable: true };
}

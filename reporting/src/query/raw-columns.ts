/** Dimensions as expressions over columns of table events. */
import type { SqlParameters } from '../reading/sql-parameters.js';
import { dimensionEntry } from './dimension-catalogue.js';
import type { FilterColumn } from './filter-sql.js';
import type { FilterDimension } from './resolved-query.js';
import { firstEventSql } from './visits-sql.js';

/**
 * A property's value is its text; numbers, booleans, lists and objects are the JSON of themselves. JSON null is absent. A name
 * with dots is the property of that very name where there is one, else a path: `a.b` is `b` within `a`, and `a.0` the first
 * of a list.
 */
export function rawColumn(dimension: FilterDimension, parameters: SqlParameters): FilterColumn {
  if (dimension.startsWith('visit:')) {
    const { sql } = rawColumn(dimension.slice('visit:'.length) as FilterDimension, parameters);
    // Without a visit there is no first event.
    return { sql: `(case when visit_no is not null then ${firstEventSql(sql)} end)`, nullable: true };
  }
  const entry = dimensionEntry(dimension);
  if (entry?.sql) {
    const { indexSql, isNullable = false } = entry;
    return { sql: `(${entry.sql(parameters.site)})`, nullable: isNullable, ...(indexSql && { indexSql }) };
  }
  // Columns of visits have their names.
  if (entry) return { sql: dimension, nullable: true };
  const name = dimension.slice('property:'.length);
  const itself = `properties ->> ${parameters.add(name, 'text')}`;
  if (!name.includes('.')) return { sql: `(${itself})`, nullable: true };
  return { sql: `coalesce(${itself}, properties #>> ${parameters.add(name.split('.'), 'text[]')})`, nullable: true };
}

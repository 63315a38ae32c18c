/** Dimensions as expressions over columns of table events. */
import { referrerHost } from '@millrace/shared/referrer-host';
import { eventColumns } from '@millrace/shared/segments/segment-columns';
import type { SqlParameters } from '../reading/sql-parameters.js';
import type { FilterColumn } from './filter-sql.js';
import type { FilterDimension } from './resolved-query.js';
import { ofFirstEvent } from './visits-sql.js';

const sqlOf = (name: string): string => eventColumns.find((column) => column.name === name)!.sql;

/** As in index events_path: a path itself can be longer than an index entry may be. */
const narrowPath = (values: string) =>
  `hashtextextended(path, 0) = any(array(select hashtextextended(value, 0) from unnest(${values}) as value))`;

type RawColumn = (parameters: SqlParameters) => FilterColumn;

/** The values that segments have, but a referrer from the site itself is direct. */
const columns = new Map<string, RawColumn>([
  ['event_type', () => ({ sql: sqlOf('event_type'), nullable: false })],
  ['path', () => ({ sql: `(${sqlOf('path')})`, nullable: false, narrow: narrowPath })],
  ['referrer', ({ site }) => ({ sql: `(${referrerHost(site())})`, nullable: false })],
  ['profile_id', () => ({ sql: sqlOf('profile_id'), nullable: true })],
  ['user_id', () => ({ sql: 'user_id', nullable: true })],
  ['session_id', () => ({ sql: 'session_id', nullable: true })],
]);

/**
 * A property's value is its text; numbers, booleans, lists and objects are the JSON of themselves. JSON null is absent. A name
 * with dots is the property of that very name where there is one, else a path: `a.b` is `b` within `a`, and `a.0` the first
 * of a list.
 */
export function rawColumn(dimension: FilterDimension, parameters: SqlParameters): FilterColumn {
  if (dimension === 'entry_page' || dimension === 'exit_page') return { sql: dimension, nullable: true };
  if (dimension.startsWith('visit:')) {
    const { sql } = rawColumn(dimension.slice('visit:'.length) as FilterDimension, parameters);
    // Without a visit there is no first event.
    return { sql: `(case when visit_no is not null then ${ofFirstEvent(sql)} end)`, nullable: true };
  }
  if (!dimension.startsWith('property:')) return columns.get(dimension)!(parameters);
  const name = dimension.slice('property:'.length);
  const itself = `properties ->> ${parameters.add(name, 'text')}`;
  if (!name.includes('.')) return { sql: `(${itself})`, nullable: true };
  return { sql: `coalesce(${itself}, properties #>> ${parameters.add(name.split('.'), 'text[]')})`, nullable: true };
}

/** Turns dimensions into expressions over columns of table events. */
import { rollupDimensions } from '@millrace/shared/rollups';
import type { FilterColumn } from './filter-sql.js';
import type { ColumnDimension, PropertyDimension } from './resolved-query.js';
import type { SqlParameters } from './sql-parameters.js';

const referrer = rollupDimensions.find(({ name }) => name === 'referrer')!.value;

/** As in index events_path: a path itself can be longer than an index entry may be. */
const narrowPath = (values: string) =>
  `hashtextextended(path, 0) = any(array(select hashtextextended(value, 0) from unnest(${values}) as value))`;

const columns: Record<ColumnDimension, FilterColumn> = {
  event_type: { sql: 'event_type', nullable: false },
  path: { sql: 'path', nullable: false, narrow: narrowPath },
  referrer: { sql: `(${referrer})`, nullable: false },
  profile_id: { sql: 'profile_id', nullable: true },
};

/** A property's value is its text; numbers, booleans, lists and objects are the JSON of themselves. JSON null is absent. */
export function rawColumn(dimension: ColumnDimension | PropertyDimension, parameters: SqlParameters): FilterColumn {
  if (!dimension.startsWith('property:')) return columns[dimension as ColumnDimension];
  const name = parameters.add(dimension.slice('property:'.length), 'text');
  return { sql: `(properties ->> ${name})`, nullable: true };
}

/** The part of a filter that an index answers, so that what does not fit it is never read. */
import type { FilterColumn } from './filter-sql.js';
import type { Condition, Filter } from './resolved-query.js';

type ColumnOf = (dimension: Condition['dimension']) => FilterColumn;

/** What every row must fit that is read; undefined when the filter keeps nothing from being read. */
export function narrowFilter(filter: Filter | undefined, columnOf: ColumnOf): Filter | undefined {
  if (!filter || 'filter' in filter) return undefined;
  if (!('filters' in filter)) return isNarrow(filter, columnOf) ? filter : undefined;
  if (filter.op === 'or') return undefined;
  const filters = filter.filters.flatMap((each) => narrowFilter(each, columnOf) ?? []);
  return filters.length > 0 ? { op: 'and', filters } : undefined;
}

/** As `filterSql` writes conditions: an absent value, or one that may be absent, keeps an index from being used. */
function isNarrow({ op, dimension, values, ignoreCase }: Condition, columnOf: ColumnOf): boolean {
  if (op !== 'is' || ignoreCase || values.includes(null) || dimension.startsWith('property:')) return false;
  const { narrow, nullable } = columnOf(dimension);
  return narrow !== undefined && !nullable;
}

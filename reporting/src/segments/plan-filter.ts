/** Translates a filter to codes and visitor numbers, which threads can apply. */
import type { Condition, Filter } from '../query/resolved-query.js';
import type { ColumnValues } from './dictionaries.js';
import { type MatchContext, matchingCodes } from './matching-codes.js';
import { matchingVisitors, type NumberedUsers } from './matching-visitors.js';
import type { FilterPlan } from './select-rows.js';
import { sourceColumn } from './visit-columns.js';

export interface FilterSources extends MatchContext {
  values: ReadonlyMap<string, ColumnValues>;
  users: NumberedUsers;
}

/** The condition on the column that has the codes. Every event has a referrer text, so `is_set` means anything but `direct`. */
function asTest(condition: Condition): Condition {
  const dimension = sourceColumn(condition.dimension) as Condition['dimension'];
  if (dimension !== 'referrer') return { ...condition, dimension };
  if (condition.op === 'is_set') return { op: 'is_not', dimension, values: ['direct', null] };
  return condition.op === 'is_not_set'
    ? { op: 'is', dimension, values: ['direct', null] }
    : { ...condition, dimension };
}

export async function planFilter(filter: Filter, sources: FilterSources): Promise<FilterPlan> {
  if ('filter' in filter) return { op: 'not', filter: await planFilter(filter.filter, sources) };
  if ('filters' in filter) {
    const filters: FilterPlan[] = [];
    for (const inner of filter.filters) filters.push(await planFilter(inner, sources));
    return { op: filter.op, filters };
  }
  const { client, siteId, users, values } = sources;
  if (filter.dimension === 'user_id') {
    return { op: 'in', column: 'visitor', allowed: await matchingVisitors(client, siteId, filter, users) };
  }
  const test = asTest(filter);
  const allowed = await matchingCodes(sources, test, values.get(test.dimension)!);
  return { op: 'in', column: filter.dimension, allowed };
}

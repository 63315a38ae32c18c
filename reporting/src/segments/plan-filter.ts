/** A filter in terms of codes and visitors, as threads apply it. */
import type { Condition, Filter } from '../query/resolved-query.js';
import type { Values } from './dictionaries.js';
import { type Asking, fittingCodes } from './fitting-codes.js';
import { fittingVisitors, type NumberedUsers } from './fitting-visitors.js';
import type { FilterPlan } from './select-rows.js';

export interface FilterSources extends Asking {
  values: ReadonlyMap<string, Values>;
  users: NumberedUsers;
}

export function conditionsOf(filter: Filter | undefined): Condition[] {
  if (!filter) return [];
  if ('filter' in filter) return conditionsOf(filter.filter);
  return 'filters' in filter ? filter.filters.flatMap(conditionsOf) : [filter];
}

/** Every referrer is a text; what is set is any but that one. */
const asTest = (condition: Condition): Condition =>
  condition.dimension === 'referrer' && condition.op === 'is_set'
    ? { op: 'is_not', dimension: 'referrer', values: ['direct'] }
    : condition.dimension === 'referrer' && condition.op === 'is_not_set'
      ? { op: 'is', dimension: 'referrer', values: ['direct'] }
      : condition;

export async function planFilter(filter: Filter, sources: FilterSources): Promise<FilterPlan> {
  if ('filter' in filter) return { op: 'not', filter: await planFilter(filter.filter, sources) };
  if ('filters' in filter) {
    const filters: FilterPlan[] = [];
    for (const inner of filter.filters) filters.push(await planFilter(inner, sources));
    return { op: filter.op, filters };
  }
  const { client, siteId, users, values } = sources;
  if (filter.dimension === 'user_id') {
    return { op: 'in', column: 'visitor', allowed: await fittingVisitors(client, siteId, filter, users) };
  }
  const allowed = await fittingCodes(sources, asTest(filter), values.get(filter.dimension)!);
  return { op: 'in', column: filter.dimension, allowed };
}

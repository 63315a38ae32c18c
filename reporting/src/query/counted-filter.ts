/** Which events count: those of bots only where a question asks for them. */
import type { Condition, Filter, ResolvedQuery } from './resolved-query.js';

const withoutBots: Condition = { op: 'is_not_set', dimension: 'bot', values: [] };

/** Undefined where every event counts. */
export function effectiveFilter({
  filter,
  includeBots,
}: Pick<ResolvedQuery, 'filter' | 'includeBots'>): Filter | undefined {
  if (includeBots) return filter;
  if (!filter) return withoutBots;
  const filters = filter.op === 'and' ? filter.filters : [filter];
  return { op: 'and', filters: [...filters, withoutBots] };
}

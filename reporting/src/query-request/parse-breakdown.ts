import type { PersonColumn } from '../query/dimension-catalogue.js';
import type { FilterDimension } from '../query/resolved-query.js';
import { canonicalField } from './alias-names.js';
import { dimensionProblem } from './dimension-problem.js';
import { dimensionNames, dimensionPattern, dimensionRule } from './query-names.js';
import { refusal } from './refuse.js';

export type Breakdown = Exclude<FilterDimension, PersonColumn>;

/** @throws ServiceError `invalid_request`. */
export function parseBreakdown(name: string): Breakdown {
  const own = canonicalField(name);
  if (new RegExp(dimensionPattern, 'u').test(name) && !own.startsWith('time')) return own as Breakdown;
  const names = dimensionNames.filter((each) => !each.startsWith('time:'));
  throw refusal(['breakdown'], dimensionProblem(name, names, dimensionRule.replace(/time:[a-z_]+, /g, '')));
}

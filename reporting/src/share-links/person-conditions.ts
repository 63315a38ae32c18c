/** Detects conditions about individual people, which shared links must not allow: they would reveal who did what. */

import { personColumns } from '../query/dimension-catalogue.js';
import { filterOperators } from '../query/filter-operators.js';
import { fieldAliases } from '../query-request/alias-names.js';

/** Deeper than filters may be nested; the parser refuses anything beyond. */
const maxDepth = 30;

const operators: readonly unknown[] = filterOperators;
const columns: readonly unknown[] = personColumns;

const isAboutPerson = (name: unknown): boolean =>
  columns.includes(name) || (typeof name === 'string' && columns.includes(fieldAliases[name]));

/** Whether a request, or a part of it, has a condition on a user or session id. */
export function mentionsPerson(part: unknown, depth = 0): boolean {
  if (typeof part !== 'object' || part === null || depth > maxDepth) return false;
  // The values of a condition are data, whatever they look like.
  if (Array.isArray(part) && operators.includes(part[0])) return isAboutPerson(part[1]);
  return Object.values(part).some((inner) => mentionsPerson(inner, depth + 1));
}

/** A goal as filters of a query: the events that reach it. */
import { queryLimits } from '../query-request/query-names.js';
import { refusal } from '../query-request/refuse.js';

/** The events that reach a goal. */
export interface GoalEvents {
  event_type: string | null;
  path: string | null;
}

export type GoalFilter = [op: string, dimension: string, values: string[]];

/** Every character that means something in a regular expression of Postgres. */
const escaped = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');

/** Text between stars, and in odd places the stars: more than two in a row are any text, as two are. */
const partsOf = (path: string): string[] => path.split(/(\*+)/);

const isAnyText = (stars: string | undefined): boolean => stars !== undefined && stars.length >= 2;

const expression = (parts: string[]): string =>
  `^${parts.map((part, place) => (place % 2 === 0 ? escaped(part) : isAnyText(part) ? '.*' : '[^/]*')).join('')}$`;

/** Undefined where every path fits. */
function pathFilter(path: string): GoalFilter | undefined {
  const parts = partsOf(path);
  const [first, stars, second, more, third] = parts as [string, ...(string | undefined)[]];
  if (stars === undefined) return ['is', 'path', [first]];
  if (parts.length === 3 && isAnyText(stars)) {
    if (first === '' && second === '') return undefined;
    if (second === '') return ['starts_with', 'path', [first]];
    if (first === '') return ['ends_with', 'path', [second!]];
  }
  const isAround = parts.length === 5 && first === '' && third === '' && isAnyText(stars) && isAnyText(more);
  return isAround ? ['contains', 'path', [second!]] : ['matches', 'path', [expression(parts)]];
}

/**
 * The cheapest filters that select the events of a goal: a path without stars, or with `**` at its ends only, is compared as text. A goal
 * without an event type is about views. @throws ServiceError `invalid_request` for a path that no filter is long enough for.
 */
export function goalFilters({ event_type, path }: GoalEvents): GoalFilter[] {
  const onPath = path === null ? undefined : pathFilter(path);
  const { patternLength } = queryLimits;
  if (onPath?.[0] === 'matches' && onPath[2][0]!.length > patternLength) {
    throw refusal(
      ['path'],
      `is too long for its stars: as the regular expression ${patternLength} characters are the most; shorten it, or use ** at its end alone`,
    );
  }
  return [['is', 'event_type', [event_type ?? 'view']], ...(onPath ? [onPath] : [])];
}

/** Its regular expressions, of which Postgres has to say whether they are too complex. */
export const patternsOfGoal = (goal: GoalEvents): string[] =>
  goalFilters(goal).flatMap(([op, , values]) => (op === 'matches' ? values : []));

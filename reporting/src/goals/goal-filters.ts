/** Converts a goal to filters that select the events that reach it. */
import { queryLimits } from '../query-request/query-names.js';
import { refusal } from '../query-request/refuse.js';

export interface GoalEvents {
  event_type: string | null;
  path: string | null;
}

export type GoalFilter = [op: string, dimension: string, values: string[]];

/** Escapes all special characters of Postgres regular expressions. */
const escaped = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');

/** Text at even indexes, stars at odd ones. More than two stars in a row mean the same as two. */
const partsOf = (path: string): string[] => path.split(/(\*+)/);

const isAnyText = (stars: string | undefined): boolean => stars !== undefined && stars.length >= 2;

const expression = (parts: string[]): string =>
  `^${parts.map((part, place) => (place % 2 === 0 ? escaped(part) : isAnyText(part) ? '.*' : '[^/]*')).join('')}$`;

/** Undefined if every path matches. */
function pathFilter(path: string): GoalFilter | undefined {
  const parts = partsOf(path);
  const [first, stars, second, more, third] = parts as [string, ...(string | undefined)[]];
  if (stars === undefined) return ['is', 'path', [first]];
  if (parts.length === 3 && isAnyText(stars)) {
    if (first === '' && second === '') return undefined;
    if (second === '') return ['starts_with', 'path', [first]];
    if (first === '') return ['ends_with', 'path', [second!]];
  }
  const isContains = parts.length === 5 && first === '' && third === '' && isAnyText(stars) && isAnyText(more);
  return isContains ? ['contains', 'path', [second!]] : ['matches', 'path', [expression(parts)]];
}

/**
 * The cheapest filters that select the events of a goal: a path without stars, or with `**` only at its ends, is compared as text.
 * Without an event type, the goal is about views. @throws ServiceError `invalid_request` for a path whose pattern would be too long.
 */
export function goalFilters({ event_type, path }: GoalEvents): GoalFilter[] {
  const onPath = path === null ? undefined : pathFilter(path);
  const { patternLength } = queryLimits;
  if (onPath?.[0] === 'matches' && onPath[2][0]!.length > patternLength) {
    throw refusal(
      ['path'],
      `is too long: with * in it, it becomes a regular expression, which is limited to ${patternLength} characters. Shorten it, or use ** only at its end`,
    );
  }
  return [['is', 'event_type', [event_type ?? 'view']], ...(onPath ? [onPath] : [])];
}

/** Its regular expressions, for Postgres to check. */
export const patternsOfGoal = (goal: GoalEvents): string[] =>
  goalFilters(goal).flatMap(([op, , values]) => (op === 'matches' ? values : []));

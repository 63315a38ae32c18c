/** Goals of the site, which conditions can name; none while they are not known. */
import { type Goal, goals, useGoalsOf } from '../goals.ts';
import { siteId } from '../scope.ts';

export function useGoals(): readonly Goal[] {
  useGoalsOf(siteId.value);
  return goals.value ?? [];
}

/** Goals of the site, which conditions can name. */
import { siteId } from '../scope.ts';
import type { Goal } from './condition.ts';
import { type Loaded, useLoaded } from './use-loaded.ts';

export function useGoals(): Loaded<{ goals: Goal[] }> {
  const site = siteId.value;
  return useLoaded<{ goals: Goal[] }>(site && `/sites/${encodeURIComponent(site)}/goals`);
}

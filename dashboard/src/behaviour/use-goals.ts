/** Goals of the site, which conditions can name; none while they are not known. */
import { useEffect } from 'preact/hooks';
import { goals, loadGoals } from '../goals.ts';
import { siteId } from '../scope.ts';
import { refreshes } from '../use-asked.ts';
import type { Goal } from './condition.ts';

export function useGoals(): readonly Goal[] {
  const site = siteId.value;
  const refresh = refreshes.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what failed before is asked again.
  useEffect(() => {
    if (site) void loadGoals(site);
  }, [site, refresh]);
  return goals.value ?? [];
}

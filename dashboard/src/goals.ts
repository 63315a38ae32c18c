/** The goals of the site, and the one that is chosen. */
import { computed } from '@preact/signals';
import { sendJson } from './api.ts';
import { trackPending } from './pending.ts';
import { perSite } from './per-site.ts';
import { view } from './view.ts';

export interface Goal {
  id: string;
  name: string;
  /** Filters that select its events. */
  filters: unknown[];
  /** The property that holds the value of its events. */
  value_property: string | null;
}

export const {
  value: goals,
  problem: goalsProblem,
  set: setGoals,
  load: loadGoals,
  useLoading: useGoalsOf,
} = perSite(async (siteId) => {
  const request = sendJson<{ goals: Goal[] }>(`/sites/${encodeURIComponent(siteId)}/goals`);
  return (await trackPending(request)).goals;
});

export const areGoalsLoaded = computed(() => goals.value !== undefined || Boolean(goalsProblem.value));

/**
 * The goal whose conversions the panels show. `none`: no goal is chosen, or it was deleted. `unknown`: goals are still loading.
 */
export const chosenGoal = computed<Goal | 'none' | 'unknown'>(() => {
  const { goal: id } = view.value;
  if (id === undefined || goalsProblem.value) return 'none';
  if (goals.value === undefined) return 'unknown';
  return goals.value.find((goal) => goal.id === id) ?? 'none';
});

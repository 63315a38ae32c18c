/** Goals of the site: what visitors are meant to do, and which of them the page is about. */
import { computed, signal } from '@preact/signals';
import { sendJson } from './api.ts';
import { view } from './view.ts';
import { noteWaiting } from './waiting.ts';

export interface Goal {
  id: string;
  name: string;
  /** The condition of a query that selects its events. */
  filters: unknown[];
}

/** Undefined until they are known. */
export const goals = signal<Goal[] | undefined>(undefined);
/** Why they are not. */
export const goalsProblem = signal<unknown>(undefined);

export const areGoalsKnown = computed(() => goals.value !== undefined || Boolean(goalsProblem.value));

let loadedFor: string | undefined;

/** Once per site, unless it failed before. */
export async function loadGoals(siteId: string): Promise<void> {
  if (loadedFor === siteId) return;
  loadedFor = siteId;
  goals.value = undefined;
  goalsProblem.value = undefined;
  try {
    const answer = await noteWaiting(sendJson<{ goals: Goal[] }>(`/sites/${encodeURIComponent(siteId)}/goals`));
    if (loadedFor === siteId) goals.value = answer.goals;
  } catch (problem) {
    if (loadedFor !== siteId) return;
    loadedFor = undefined;
    goalsProblem.value = problem;
  }
}

/**
 * The goal whose conversions all panels show. `none`: no goal is chosen, or the one chosen is gone; `unknown` until it is known.
 */
export const chosenGoal = computed<Goal | 'none' | 'unknown'>(() => {
  const { goal: id } = view.value;
  if (id === undefined || goalsProblem.value) return 'none';
  if (goals.value === undefined) return 'unknown';
  return goals.value.find((goal) => goal.id === id) ?? 'none';
});

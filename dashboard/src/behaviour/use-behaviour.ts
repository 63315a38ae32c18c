/** Queries a funnel, retention or journeys with the page's range and filters. */

import { sendJson } from '../api.ts';
import { type Goal, goals, useGoalsOf } from '../goals.ts';
import { scope, siteId } from '../scope.ts';
import { latestResult, type RequestState, useRequest } from '../use-request.ts';
import type { ShapeKind } from './shape.ts';

const paths: Record<ShapeKind, string> = { funnel: '/funnel', retention: '/retention', journeys: '/journeys' };

/** Requests nothing while `shape` is undefined. */
export function useBehaviour<T extends { meta: { source: string }; query: { timezone: string } }>(
  kind: ShapeKind,
  shape: object | undefined,
): RequestState<T> {
  const body = shape && scope.value && { ...scope.value, ...shape };
  return useRequest(body ? `${kind} ${JSON.stringify(body)}` : '', async (signal) => {
    const result = await sendJson<T>(paths[kind], { method: 'POST', body, signal });
    latestResult.value = { at: Date.now(), source: result.meta.source, zone: result.query.timezone };
    return result;
  });
}

export function useGoals(): readonly Goal[] {
  useGoalsOf(siteId.value);
  return goals.value ?? [];
}

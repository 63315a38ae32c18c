/** Segments that were saved for the site: filters with a name. */
import { signal } from '@preact/signals';
import { isOffline, sendJson } from './api.ts';

export interface SavedSegment {
  id: string;
  name: string;
  definition: { filters: unknown[] };
}

/** Undefined until they are known. */
export const savedSegments = signal<SavedSegment[] | undefined>(undefined);
/** Why they are not. */
export const segmentsProblem = signal<unknown>(undefined);

export const addressOf = (siteId: string, id = '') =>
  `/sites/${encodeURIComponent(siteId)}/saved-views${id && `/${encodeURIComponent(id)}`}`;

let loadedFor: string | undefined;

/** Once per site, unless it has failed before. */
export async function loadSegments(siteId: string): Promise<void> {
  if (loadedFor === siteId) return;
  loadedFor = siteId;
  savedSegments.value = undefined;
  segmentsProblem.value = undefined;
  try {
    const answer = await sendJson<{ saved_views: SavedSegment[] }>(`${addressOf(siteId)}?kind=segment`);
    if (loadedFor === siteId) savedSegments.value = answer.saved_views;
  } catch (problem) {
    if (loadedFor !== siteId) return;
    loadedFor = undefined;
    if (!isOffline(problem)) segmentsProblem.value = problem;
  }
}

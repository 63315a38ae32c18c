/** Saved segments: named sets of filters. */
import { sendJson } from './api.ts';
import { perSite } from './per-site.ts';

export interface SavedSegment {
  id: string;
  name: string;
  definition: { filters: unknown[] };
}

export const savedViewsPath = (siteId: string) => `/sites/${encodeURIComponent(siteId)}/saved-views`;

export const {
  value: savedSegments,
  problem: segmentsProblem,
  useLoading: useSegmentsOf,
} = perSite(
  async (siteId) =>
    (await sendJson<{ saved_views: SavedSegment[] }>(`${savedViewsPath(siteId)}?kind=segment`)).saved_views,
);

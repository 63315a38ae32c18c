/** The datasets whose first page, without parameters, is kept in the cache. */

export interface CacheKey {
  /** How often its schedule runs. */
  intervalMs: number;
  dataset: string;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;

/** A new key needs only a line here. */
export const cacheKeys: Record<string, CacheKey> = {
  'user-growth': { intervalMs: 10 * minuteMs, dataset: 'user-growth' },
  'activity-trends': { intervalMs: 5 * minuteMs, dataset: 'activity-trends' },
  'top-items': { intervalMs: 15 * minuteMs, dataset: 'top-items' },
  'recent-activity': { intervalMs: 2 * minuteMs, dataset: 'recent-activity' },
  'performance-metrics': { intervalMs: 30 * secondMs, dataset: 'performance-metrics' },
};

/** Cleans up the answer store instead of warming anything. */
export const cleanupKey = 'cache-cleanup';

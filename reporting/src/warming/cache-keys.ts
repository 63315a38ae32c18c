/** What is kept warm: the first page of some datasets, as it is asked for without parameters. */

export interface CacheKey {
  /** How often the schedule of its own asks for it. */
  intervalMs: number;
  /** Its id. */
  dataset: string;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;

/** Every key: adding one means one line here. */
export const cacheKeys: Record<string, CacheKey> = {
  'user-growth': { intervalMs: 10 * minuteMs, dataset: 'user-growth' },
  'activity-trends': { intervalMs: 5 * minuteMs, dataset: 'activity-trends' },
  'top-items': { intervalMs: 15 * minuteMs, dataset: 'top-items' },
  'recent-activity': { intervalMs: 2 * minuteMs, dataset: 'recent-activity' },
  'performance-metrics': { intervalMs: 30 * secondMs, dataset: 'performance-metrics' },
};

/** The key that warms nothing, but cleans the store of answers up. */
export const cleanupKey = 'cache-cleanup';

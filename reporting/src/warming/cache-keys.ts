/** Turns the names of what is kept warm into the question behind each. */

export interface CacheKey {
  /** How often the schedule of its own asks for it. */
  intervalMs: number;
  /** A query as sent to `/api/v1/query`, without its site. */
  question: { metrics: string[]; dimensions: string[]; date_range: string; pagination?: { limit: number } };
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;

/** Every key: adding one means one line here. */
export const cacheKeys: Record<string, CacheKey> = {
  'user-growth': {
    intervalMs: 10 * minuteMs,
    question: { metrics: ['visitors', 'event:signup'], dimensions: ['time:month'], date_range: '12mo' },
  },
  'activity-trends': {
    intervalMs: 5 * minuteMs,
    question: { metrics: ['events', 'views', 'visitors'], dimensions: ['time:day'], date_range: '30d' },
  },
  'top-items': {
    intervalMs: 15 * minuteMs,
    question: {
      metrics: ['views', 'visitors'],
      dimensions: ['path'],
      date_range: '30d',
      pagination: { limit: 10 },
    },
  },
  'recent-activity': {
    intervalMs: 2 * minuteMs,
    question: { metrics: ['events', 'visitors'], dimensions: ['time:hour'], date_range: '24h' },
  },
  'performance-metrics': {
    intervalMs: 30 * secondMs,
    question: { metrics: ['events', 'views', 'visitors'], dimensions: [], date_range: 'day' },
  },
};

/** How long answers take while nothing else is done, and while large exports are written. */
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonPost, timeRequest } from '../query/time-request.js';
import { biggestSite } from '../traffic/traffic-sites.js';

const pauseMs = 20;
const dayMs = 86_400_000;
const dayText = (daysAgo: number) => new Date(Date.now() - daysAgo * dayMs).toISOString().slice(0, 10);

/** Ranges differ from request to request, so that no answer is in the cache. */
const bodyOf = (turn: number) => ({
  site_id: biggestSite.id,
  metrics: ['views', 'visitors'],
  dimensions: ['time:day'],
  date_range: [dayText(29), dayText(0)],
  pagination: { limit: 10_000 - (turn % 9_000) },
});

/** Milliseconds of each request, asked one after the other until `isOver`, at least `least` of them. */
export async function timeAnswers(reportingUrl: string, least: number, isOver: () => boolean, firstTurn: number) {
  const times: number[] = [];
  while (times.length < least || !isOver()) {
    const { ms } = await timeRequest(`${reportingUrl}/api/v1/query`, jsonPost(bodyOf(firstTurn + times.length)));
    times.push(ms);
    await sleep(pauseMs);
  }
  return times;
}

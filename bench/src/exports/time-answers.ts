import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '@millrace/shared/commands/command-error';
import { dayMs } from '@millrace/shared/time/durations';
import { checkAccepted, jsonPost, timeRequest } from '../load/requests.js';
import type { Server } from '../sides/start-sides.js';
import { biggestSite } from '../traffic/traffic-sites.js';

const computedLine = /^millrace_cache_computations_total(?:\{[^}]*\})? (\d+)$/gm;

async function computations(servers: Server[]): Promise<number> {
  const texts = await Promise.all(servers.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  return texts.flatMap((text) => [...text.matchAll(computedLine)]).reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Slow because only raw events can answer it. */
const heavyQuery = (range: [string, string]) => ({
  site_id: biggestSite.id,
  metrics: ['events', 'visitors'],
  dimensions: ['path', 'event_type'],
  date_range: range,
  pagination: { limit: 100 },
});

/** Sends one uncached query from many clients to several processes at once. @returns how often the answer was computed. @throws CommandError when answers differ. */
export async function countComputations(servers: Server[], clients: number, range: [string, string]): Promise<number> {
  const before = await computations(servers);
  const bodies = await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const url = `${servers[client % servers.length]!.url}/api/v1/query`;
      const response = await fetch(url, jsonPost(heavyQuery(range)));
      await checkAccepted(url, response);
      return JSON.stringify(((await response.json()) as { results: unknown }).results);
    }),
  );
  if (new Set(bodies).size !== 1) throw new CommandError('Clients that sent the same query got different answers.');
  return (await computations(servers)) - before;
}

interface Answer {
  results: unknown;
  meta: { cache?: { status: string } };
}

async function query(url: string, range: [string, string], expected: string) {
  const { ms, body } = await timeRequest(`${url}/api/v1/query`, jsonPost(heavyQuery(range)));
  const { results, meta } = body as Answer;
  if (meta.cache?.status !== expected)
    throw new CommandError(`Expected a ${expected}, got ${JSON.stringify(meta.cache)}.`);
  return { ms, results: JSON.stringify(results) };
}

/** Queries each range twice; none may be cached before. @throws CommandError when a cached answer differs from the computed one. */
export async function timeCachedAnswers(url: string, ranges: [string, string][]) {
  const times = { computed: [] as number[], cached: [] as number[] };
  for (const range of ranges) {
    const computed = await query(url, range, 'miss');
    const cached = await query(url, range, 'hit');
    if (cached.results !== computed.results) throw new CommandError('The cached answer differs from the computed one.');
    times.computed.push(computed.ms);
    times.cached.push(cached.ms);
  }
  return times;
}

const pauseMs = 20;
const dayText = (daysAgo: number) => new Date(Date.now() - daysAgo * dayMs).toISOString().slice(0, 10);

/** The limit differs from request to request, so no answer is cached. */
const bodyOf = (turn: number) => ({
  site_id: biggestSite.id,
  metrics: ['views', 'visitors'],
  dimensions: ['time:day'],
  date_range: [dayText(29), dayText(0)],
  pagination: { limit: 10_000 - (turn % 9_000) },
});

/** Milliseconds of each request, sent one after the other until `isOver`, at least `least` of them. */
export async function timeAnswers(reportingUrl: string, least: number, isOver: () => boolean, firstTurn: number) {
  const times: number[] = [];
  while (times.length < least || !isOver()) {
    const { ms } = await timeRequest(`${reportingUrl}/api/v1/query`, jsonPost(bodyOf(firstTurn + times.length)));
    times.push(ms);
    await sleep(pauseMs);
  }
  return times;
}

/** Many clients ask several processes for the same uncached answer at once. */
import { ClearError } from '@millrace/dev/clear-error';
import { checkAccepted } from '../load/describe-refusal.js';
import { jsonPost } from '../query/time-request.js';
import type { Server } from '../sides/start-sides.js';
import { biggestSite } from '../traffic/traffic-sites.js';

const computed = /^millrace_cache_computations_total(?:\{[^}]*\})? (\d+)$/gm;

async function computations(servers: Server[]): Promise<number> {
  const texts = await Promise.all(servers.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  return texts.flatMap((text) => [...text.matchAll(computed)]).reduce((sum, [, count]) => sum + Number(count), 0);
}

/** A question that only raw events answer, so that it takes a while. */
export const heavyQuestion = (range: [string, string]) => ({
  site_id: biggestSite.id,
  metrics: ['events', 'visitors'],
  dimensions: ['path', 'event_type'],
  date_range: range,
  pagination: { limit: 100 },
});

/** How often the answer was computed. @throws ClearError when two askers got different results. */
export async function countComputations(servers: Server[], askers: number, range: [string, string]): Promise<number> {
  const before = await computations(servers);
  const bodies = await Promise.all(
    Array.from({ length: askers }, async (_, asker) => {
      const url = `${servers[asker % servers.length]!.url}/api/v1/query`;
      const response = await fetch(url, jsonPost(heavyQuestion(range)));
      await checkAccepted(url, response);
      return JSON.stringify(((await response.json()) as { results: unknown }).results);
    }),
  );
  if (new Set(bodies).size !== 1) throw new ClearError('Askers of the same question got different answers.');
  return (await computations(servers)) - before;
}

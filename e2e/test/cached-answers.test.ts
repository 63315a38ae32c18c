/** Cached answers are never wrong: they always equal those of a service without a cache. */
import { createRandom, type Random } from '@millrace/shared/testing/create-random';
import { queueBackends } from '@millrace/shared/testing/database';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CachedQuery, createHistory, randomQuery } from './cached-history.js';

const seeds = [1].map((place) => (Date.now() + place * 7_919) % 1_000_000);
const steps = 30;
const queriesPerRound = 4;
/** Queries relative to the clock differ each time. */
const clocked = ['performance-metrics'];

interface Answered {
  /** Everything except how the answer was produced. */
  answer: unknown;
  status: string | undefined;
}

async function ask(service: { url: string }, { path, body }: CachedQuery): Promise<Answered> {
  const response = await fetch(`${service.url}${path}`, {
    ...(body && { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const { meta, ...answer } = (await response.json()) as { meta?: Record<string, unknown> };
  if (response.status !== 200)
    throw new Error(`${response.status} ${JSON.stringify(answer)} to ${path} ${JSON.stringify(body)}`);
  const { elapsed_ms: _elapsed, cache: _cache, source: _source, ...rest } = meta ?? {};
  return { answer: { ...answer, meta: rest }, status: response.headers.get('x-cache')?.split(';')[0] };
}

describe.each(queueBackends)('with the queue on %s', (backend) => {
  let stack: Stack;
  let replicas: SpawnedService[];
  let plain: SpawnedService;
  let datasets: string[];

  beforeAll(async () => {
    stack = await startStack({ backend, env: { AGGREGATION_JOBS_PER_SECOND: '0' } });
    const other = await spawnService('reporting', stack.env);
    replicas = [stack.reporting, other];
    plain = await spawnService('reporting', { ...stack.env, CACHE_MB: '0' });
    const list = (await (await fetch(`${plain.url}/api/v1/datasets`)).json()) as { datasets: { id: string }[] };
    datasets = list.datasets.map(({ id }) => id).filter((id) => !clocked.includes(id));
  });
  afterAll(async () => {
    await replicas[1]!.end();
    await plain.end();
    await stack.stop();
  });

  const location = () => {
    const prefix = stack.env.QUEUE_PREFIX!;
    return backend === 'redis'
      ? ({ kind: 'redis', url: stack.env.REDIS_URL!, prefix } as const)
      : ({ kind: 'postgres', url: stack.databaseUrl, prefix } as const);
  };

  /** Sends new and earlier queries to both replicas. Returns how many answers came from the cache. */
  async function compare(random: Random, queries: CachedQuery[], seen: string[]): Promise<number> {
    let hits = 0;
    for (let round = 0; round < queriesPerRound; round += 1) {
      const query = random.pick(queries);
      const kept = await ask(random.pick(replicas), query);
      const again = await ask(random.pick(replicas), query);
      const { answer } = await ask(plain, query);
      const where = `seed ${seen[0]}, after ${seen.slice(1).join(', ')}: ${JSON.stringify(query)}`;
      expect(kept.answer, where).toEqual(answer);
      expect(again.answer, where).toEqual(answer);
      hits += [kept, again].filter(({ status }) => status === 'hit').length;
    }
    return hits;
  }

  it.each(seeds)('answers the same as without a cache, seed %i', async (seed) => {
    const random = createRandom(seed);
    const siteId = `site-${seed}`;
    const history = await createHistory(stack, location(), random, siteId);
    const queries = Array.from({ length: 30 }, () => randomQuery(random, siteId, datasets));
    const seen = [String(seed)];
    let hits = 0;
    try {
      for (let step = 0; step < steps; step += 1) {
        seen.push(await history.step());
        hits += await compare(random, queries, seen);
      }
    } finally {
      await history.close();
    }
    expect(hits).toBeGreaterThan(steps);
  });
});

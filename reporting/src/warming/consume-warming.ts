/** Runs a warming job: each of its keys separately, unless another job is already running it. */
import type { WarmingData } from '@millrace/shared/contract/job-data';
import type { WarmingResult } from '@millrace/shared/contract/job-results';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { HandleJob } from '@millrace/shared/queue/job-worker';
import type { AnswerCache } from '../cache/answer-cache.js';
import { cleanUpCache } from '../cache/invalidate.js';
import { cacheKeys, cleanupKey } from './cache-keys.js';
import { type RunWork, runJob } from './job-runs.js';
import { type WarmingDeps, warmKey } from './warm-key.js';

export interface WarmingConsumerDeps extends Omit<WarmingDeps, 'cache'> {
  /** The primary. */
  writePool: Pool;
  /** Absent if caching is disabled: everything is skipped then. */
  cache?: AnswerCache | undefined;
}

type Consumer = WarmingDeps & { writePool: Pool };

const validKeys = () => [...Object.keys(cacheKeys), cleanupKey].join(', ');

function workOf(deps: Consumer, name: string): RunWork {
  if (name === cleanupKey) return () => cleanUpCache(deps.writePool, deps.cache).then(() => ({ lastSite: null }));
  if (Object.hasOwn(cacheKeys, name)) return (lastSite) => warmKey(deps, cacheKeys[name]!, lastSite);
  throw new Error(`There is no cache key "${name}". Valid keys are ${validKeys()}.`);
}

export function createWarmingConsumer(deps: WarmingConsumerDeps): HandleJob<WarmingResult> {
  const { cache, ...rest } = deps;
  const run = async (name: string) =>
    cache !== undefined && runJob(deps.writePool, name, workOf({ ...rest, cache }, name));
  return async (job) => {
    const startedAt = performance.now();
    const names = [...new Set((job.data as WarmingData).cacheKeys)];
    const result: Omit<WarmingResult, 'ms'> = { warmed: [], failed: [], skipped: [] };
    for (const [index, key] of names.entries()) {
      await run(key).then(
        (isDone) => result[isDone ? 'warmed' : 'skipped'].push(key),
        (error: Error) => result.failed.push({ key, reason: error.message }),
      );
      await job.updateProgress(Math.round((100 * (index + 1)) / names.length));
    }
    return { ...result, ms: Math.round(performance.now() - startedAt) };
  };
}

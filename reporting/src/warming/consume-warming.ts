/** Turns a warming job into the keys that are warm and those that are not. */
import type { WarmingData } from '@millrace/shared/job-data';
import type { WarmingResult } from '@millrace/shared/job-results';
import type { HandleJob } from '@millrace/shared/job-worker';
import type { Pool } from '@millrace/shared/postgres';
import { cacheKeys } from './cache-keys.js';
import { warmKey } from './warm-key.js';

export interface WarmingDeps {
  pool: Pool;
  clock?: () => Date;
}

/** Keys one after the other. One that several jobs ask for within its interval is warmed once by this process. */
export function createWarmingConsumer({ pool, clock = () => new Date() }: WarmingDeps): HandleJob<WarmingResult> {
  const begun = new Map<string, { at: Date; done: Promise<unknown> }>();

  async function warm(name: string): Promise<void> {
    if (!Object.hasOwn(cacheKeys, name)) {
      throw new Error(`There is no cache key "${name}"; known are ${Object.keys(cacheKeys).join(', ')}.`);
    }
    const key = cacheKeys[name]!;
    const now = clock();
    const before = begun.get(name);
    // Half of the interval: jobs of its own schedule come a little less than a whole one apart now and then.
    if (before && now.getTime() - before.at.getTime() < key.intervalMs / 2) return void (await before.done);
    const warming = { at: now, done: warmKey(pool, key, now) };
    begun.set(name, warming);
    try {
      await warming.done;
    } catch (error) {
      if (begun.get(name) === warming) begun.delete(name);
      throw error;
    }
  }

  return async (job) => {
    const startedAt = performance.now();
    const names = [...new Set((job.data as WarmingData).cacheKeys)];
    const result: Omit<WarmingResult, 'ms'> = { warmed: [], failed: [] };
    for (const [index, key] of names.entries()) {
      await warm(key).then(
        () => result.warmed.push(key),
        (error: Error) => result.failed.push({ key, reason: error.message }),
      );
      await job.updateProgress(Math.round((100 * (index + 1)) / names.length));
    }
    return { ...result, ms: Math.round(performance.now() - startedAt) };
  };
}

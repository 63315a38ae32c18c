/** Invalidates cached answers, in the memory of all processes as well. */
import type { Pool } from '@millrace/shared/platform/postgres';
import type { AnswerCache } from './answer-cache.js';
import { likeOf } from './name-pattern.js';
import { reachStore } from './reach-store.js';

export interface InvalidateDeps {
  writePool: Pool;
  cache: AnswerCache;
}

/** Only the newest invalidation of a pattern counts; it is looked up before every answer. */
const add = `/* reporting.invalidateAnswers */
with older as (delete from cache_invalidations where pattern = $1)
insert into cache_invalidations (pattern) values ($1)`;

/** Invalidates answers whose names match the pattern (see `parsePattern`); returns how many were removed from the store. */
export async function invalidateCache({ writePool, cache }: InvalidateDeps, pattern: string): Promise<number> {
  await writePool.query(add, [likeOf(pattern)]);
  return reachStore(cache.store, cache.store.remove(pattern));
}

export async function clearCache(deps: InvalidateDeps): Promise<number> {
  const removed = await invalidateCache(deps, '*');
  deps.cache.forget();
  return removed;
}

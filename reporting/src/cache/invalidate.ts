import type { Pool } from '@millrace/shared/platform/postgres';
import type { AnswerCache } from './answer-cache.js';
import { withStoreErrors } from './answer-store.js';
import { likeOf } from './name-pattern.js';

export interface InvalidateDeps {
  writePool: Pool;
  cache: AnswerCache;
}

/** Only the newest invalidation of a pattern counts; it is looked up before every answer. */
const add = `/* reporting.invalidateAnswers */
with older as (delete from cache_invalidations where pattern = $1)
insert into cache_invalidations (pattern) values ($1)`;

/** Invalidates answers, in the memory of all processes as well, whose names match the pattern (see `parsePattern`); returns how many were removed from the store. */
export async function invalidateCache({ writePool, cache }: InvalidateDeps, pattern: string): Promise<number> {
  await writePool.query(add, [likeOf(pattern)]);
  return withStoreErrors(cache.store, cache.store.remove(pattern));
}

/** Invalidates all answers; returns how many were removed from the store. */
export async function clearCache(deps: InvalidateDeps): Promise<number> {
  const removed = await invalidateCache(deps, '*');
  deps.cache.clear();
  return removed;
}

/** No process keeps an answer longer than this, so older invalidations cannot match any. */
const forgetInvalidations = `/* reporting.forgetInvalidations */
delete from cache_invalidations where made_at < now() - interval '30 days'`;

/** Returns how many answers were removed from the store. */
export async function cleanUpCache(writePool: Pool, cache: AnswerCache): Promise<number> {
  await writePool.query(forgetInvalidations);
  return cache.store.cleanUp();
}

import type { Pool } from '@millrace/shared/platform/postgres';
import type { AnswerCache } from './answer-cache.js';

/** No process keeps an answer longer than this, so older invalidations cannot match any. */
const forgetInvalidations = `/* reporting.forgetInvalidations */
delete from cache_invalidations where made_at < now() - interval '30 days'`;

/** Returns how many answers were removed from the store. */
export async function cleanUpCache(writePool: Pool, cache: AnswerCache): Promise<number> {
  await writePool.query(forgetInvalidations);
  return cache.store.cleanUp();
}

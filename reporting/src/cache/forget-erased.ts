/** Drops cached answers of sites that were erased or had users erased, from the store and from the memory of this process. */
import type { Pool } from '@millrace/shared/platform/postgres';
import type { AnswerCache } from './answer-cache.js';
import { readIdentities } from './read-identities.js';

type Identities = Map<string, string>;

const hasErased = (before: Identities, now: Identities) =>
  [...before].some(([siteId, identity]) => now.get(siteId) !== identity);

/** Each call handles what was erased since the last successful call; the first assumes the store is outdated. `pool` is the primary. */
export function createForgetErased(pool: Pool, cache: AnswerCache): () => Promise<void> {
  let before: Identities | undefined;
  return async () => {
    const now = await readIdentities(pool, null);
    if (!before || hasErased(before, now)) {
      cache.forget();
      await cache.store.cleanUp();
    }
    before = now;
  };
}

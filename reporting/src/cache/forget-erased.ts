/** Removes kept answers of sites that were erased, or had users erased, from the store and from the memory of this process. */
import type { Pool } from '@millrace/shared/platform/postgres';
import type { AnswerCache } from './answer-cache.js';
import { readIdentities } from './read-identities.js';

type Identities = Map<string, string>;

const hasErased = (before: Identities, now: Identities) =>
  [...before].some(([siteId, identity]) => now.get(siteId) !== identity);

/** Each call looks for what was erased since the last one that did not fail; the first takes the store to be out of date. `pool` leads to the primary. */
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

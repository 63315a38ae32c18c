/** Removes kept answers of sites that were erased, or had users erased, from the store and from the memory of this process. */
import type { Pool } from '@millrace/shared/postgres';
import type { AnswerCache } from './answer-cache.js';
import { identityOf } from './data-version.js';

const statement = `/* reporting.siteIdentities */
select sites.site_id as "siteId", ${identityOf()}::text as identity
from sites left join site_rollups rolled on rolled.site_id = sites.site_id`;

type Identities = Map<string, string>;

async function readAll(pool: Pool): Promise<Identities> {
  const { rows } = await pool.query<{ siteId: string; identity: string }>(statement);
  return new Map(rows.map(({ siteId, identity }) => [siteId, identity]));
}

const hasErased = (before: Identities, now: Identities) =>
  [...before].some(([siteId, identity]) => now.get(siteId) !== identity);

/** Each call looks for what was erased since the last one that did not fail; the first takes the store to be out of date. `pool` leads to the primary. */
export function createForgetErased(pool: Pool, cache: AnswerCache): () => Promise<void> {
  let before: Identities | undefined;
  return async () => {
    const now = await readAll(pool);
    if (!before || hasErased(before, now)) {
      cache.forget();
      await cache.store.cleanUp();
    }
    before = now;
  };
}

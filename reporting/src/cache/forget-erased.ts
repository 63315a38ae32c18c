/** Drops cached answers of sites that were erased or had users erased, from the store and from the memory of this process. */
import type { Pool } from '@millrace/shared/platform/postgres';
import type { AnswerCache } from './answer-cache.js';
import { identityOf } from './data-version.js';

type Identities = Map<string, string>;

const hasErased = (before: Identities, now: Identities) =>
  [...before].some(([siteId, identity]) => now.get(siteId) !== identity);

/** Each call handles what was erased since the last successful call; the first assumes the store is outdated. `pool` is the primary. */
export function createForgetErased(pool: Pool, cache: AnswerCache): () => Promise<void> {
  let before: Identities | undefined;
  return async () => {
    const now = await readIdentities(pool, null);
    if (!before || hasErased(before, now)) {
      cache.clear();
      await cache.store.cleanUp();
    }
    before = now;
  };
}

const statement = `/* reporting.readIdentities */
select sites.site_id as "siteId", ${identityOf()}::text as identity
from sites left join site_rollups rolled on rolled.site_id = sites.site_id where $1::text[] is null or sites.site_id = any($1)`;

const unknownIdentity = JSON.stringify([null, 0]);

/** The part of the identity that all answers of a site share, as JSON in JavaScript's formatting; of all sites without `siteIds`. */
export async function readIdentities(pool: Pool, siteIds: string[] | null): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ siteId: string; identity: string }>(statement, [siteIds]);
  const found = new Map((siteIds ?? []).map((siteId) => [siteId, unknownIdentity]));
  for (const { siteId, identity } of rows) found.set(siteId, JSON.stringify(JSON.parse(identity)));
  return found;
}

/** Stores answers in an unlogged table, for installations without Redis. */
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type AnswerStore, lockOf, type StoreSize } from './answer-store.js';
import { bytesOf, type CachedAnswer } from './cached-answer.js';
import { identityOf } from './data-version.js';
import { likeOf } from './name-pattern.js';

const readEntry = `select version, meaning, position, identity, meta, body, (extract(epoch from computed_at) * 1000)::float8 as "computedAt" from cache_entries
  where site_id = $1 and name = $2 and expires_at > now()`;

/** The lock is a row, since an advisory lock would occupy a connection while it is held. */
const getOrLock = `/* reporting.getOrLockAnswer */
with entry as materialized (${readEntry} and (version = $3 or meaning = $6 and position > $7)), locked as (
  insert into cache_locks (site_id, lock, holder, locked_at, locked_until)
  select $1, $8, $4, now(), now() + $5 * interval '1 ms' where not exists (select 1 from entry)
  on conflict (site_id, lock) do update set holder = excluded.holder, locked_until = excluded.locked_until
  where cache_locks.locked_until < excluded.locked_at
  returning 1 as one
)
select entry.*, exists (select 1 from locked) as "isLocked",
  (select holder from cache_locks where site_id = $1 and lock = $8) as holder from (select 1) as always left join entry on true`;

const renew = `/* reporting.renewLock */
update cache_locks set locked_until = now() + $4 * interval '1 ms' where site_id = $1 and lock = $2 and holder = $3`;

const release = `/* reporting.releaseLock */
delete from cache_locks where site_id = $1 and lock = $2 and holder = $3`;

const newest = `/* reporting.newestAnswer */ ${readEntry}`;

const put = `/* reporting.putAnswer */
insert into cache_entries (site_id, name, version, meaning, position, identity, meta, body, bytes, computed_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10::float8 / 1000), now() + $11 * interval '1 ms')
on conflict (site_id, name) do update set version = excluded.version, meaning = excluded.meaning, position = excluded.position,
  identity = excluded.identity, meta = excluded.meta, body = excluded.body, bytes = excluded.bytes,
  computed_at = excluded.computed_at, expires_at = excluded.expires_at
where cache_entries.meaning is distinct from excluded.meaning or cache_entries.position <= excluded.position`;

const size = `/* reporting.sizeOfAnswers */
select count(*)::int as entries, coalesce(sum(bytes), 0)::float8 as bytes from cache_entries`;

/** Expired answers, those of sites that have changed, and the oldest of the rest beyond the limit. */
const outdated = `/* reporting.outdatedAnswers */
select entry.site_id as "siteId", array_agg(entry.name) as names from (
  select site_id, name, identity, expires_at, sum(bytes) over (order by computed_at desc, site_id, name) as bytes
  from cache_entries) as entry
left join sites on sites.site_id = entry.site_id left join site_rollups rolled on rolled.site_id = entry.site_id
where expires_at <= now() or bytes > $1 or identity::jsonb - 2 <> ${identityOf()}
group by entry.site_id`;

const namesLike = `/* reporting.namesOfAnswers */
select site_id as "siteId", array_agg(name) as names from cache_entries where name like $1 group by site_id`;

const removeNames = `/* reporting.removeAnswers */
delete from cache_entries where site_id = $1 and name = any($2)`;

const oldLocks = `/* reporting.sitesOfOldLocks */
select distinct site_id as "siteId" from cache_locks where locked_until < now()`;

const removeLocks = `/* reporting.removeLocks */
delete from cache_locks where site_id = $1 and locked_until < now()`;

interface Row {
  version: string | null;
  meaning: string;
  position: string;
  identity: string;
  meta: string;
  body: Buffer;
  computedAt: number;
}

interface Lock {
  isLocked: boolean;
  /** Before the statement; null if there was none, or if it was inserted at the same moment. */
  holder: string | null;
}

interface SiteNames {
  siteId: string;
  names: string[];
}

const answerOf = ({ version, meta, ...row }: Row): CachedAnswer => ({
  ...row,
  version: version!,
  meta: JSON.parse(meta) ?? undefined,
});

/** After writing this share of the limit, a process checks the total. */
const trimmedShare = 1 / 8;

/** `pool` is the primary. Holds up to `maxBytes`, plus what is written before the next check. */
export function createTableStore(pool: Pool, maxBytes: number, logger: Logger): AnswerStore {
  const logFailure = createErrorLog(logger, 'could not remove cached answers beyond the size limit');
  let written = 0;
  let cleaning: Promise<number> | undefined;

  async function removeSelected(statement: string, value: unknown): Promise<number> {
    const { rows } = await pool.query<SiteNames>(statement, [value]);
    let removed = 0;
    for (const { siteId, names } of rows) removed += (await pool.query(removeNames, [siteId, names])).rowCount ?? 0;
    return removed;
  }

  async function removeOutdated(): Promise<number> {
    const { rows } = await pool.query<{ siteId: string }>(oldLocks);
    for (const { siteId } of rows) await pool.query(removeLocks, [siteId]);
    return removeSelected(outdated, maxBytes);
  }

  function cleanUp(): Promise<number> {
    cleaning ??= removeOutdated().finally(() => {
      cleaning = undefined;
    });
    return cleaning;
  }

  return {
    kind: 'postgres',
    async getOrLock(key, holder, lockMs) {
      const { siteId, name, version, meaning, position } = key;
      const values = [siteId, name, version, holder, lockMs, meaning, position, lockOf(key)];
      const { isLocked, holder: otherHolder, ...row } = (await pool.query<Row & Lock>(getOrLock, values)).rows[0]!;
      if (row.version !== null) return { kind: 'answer', answer: answerOf(row) };
      return isLocked ? { kind: 'locked' } : { kind: 'wait', holder: otherHolder ?? undefined };
    },
    async renew(key, holder, lockMs) {
      await pool.query(renew, [key.siteId, lockOf(key), holder, lockMs]);
    },
    async release(key, holder) {
      await pool.query(release, [key.siteId, lockOf(key), holder]);
    },
    async newest(siteId, name) {
      const { rows } = await pool.query<Row>(newest, [siteId, name]);
      return rows[0] && answerOf(rows[0]);
    },
    async put(siteId, name, answer, ttlMs) {
      const { version, meaning, position, identity, meta = null, body, computedAt } = answer;
      const bytes = bytesOf(answer);
      const columns = [version, meaning, position, identity, JSON.stringify(meta), body, bytes, computedAt, ttlMs];
      await pool.query(put, [siteId, name, ...columns]);
      written += bytes;
      if (written < maxBytes * trimmedShare) return;
      written = 0;
      // Not awaited: no answer should wait for it.
      cleanUp().catch(logFailure);
    },
    cleanUp,
    remove: (pattern) => removeSelected(namesLike, likeOf(pattern)),
    async size() {
      return (await pool.query<StoreSize>(size)).rows[0]!;
    },
  };
}

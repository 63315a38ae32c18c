/** Removes API keys, sessions and visitor salts that are no longer valid. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { type CleanupDeps, type CleanupStep, daysBefore, deleteRows } from './cleanup-step.js';

const sessions = `/* processor.cleanSessions */
delete from sessions where token_hash in (select token_hash from sessions where expires_at < $1 limit $2)`;

const isExpired = 'least(revoked_at, expires_at) < $1';
const isReferenced = 'exists (select 1 from audit_log where audit_log.key_id = key.id)';

/** Keys in the audit log are kept: its readers need to look up their scopes. */
const keys = `/* processor.cleanKeys */
delete from api_keys where id in (select key.id from api_keys key where ${isExpired} and not ${isReferenced} limit $2)`;

const countReferencedKeys = `/* processor.countReferenced */
select count(*)::int as count from api_keys key where ${isExpired} and ${isReferenced}`;

async function countReferenced(pool: Pool, before: Date): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(countReferencedKeys, [before]);
  return rows[0]!.count;
}

const cleanSessions: CleanupStep = async ({ pool, now }, olderThan = 0) => ({
  removed: { sessions: await deleteRows(pool, sessions, daysBefore(now, olderThan)) },
  kept: [],
});

async function cleanKeys({ pool, now }: CleanupDeps, olderThan = 30) {
  const before = daysBefore(now, olderThan);
  const removed = { api_keys: await deleteRows(pool, keys, before) };
  const referenced = await countReferenced(pool, before);
  const kept = referenced === 0 ? [] : [{ what: `api_keys: ${referenced}`, reason: 'the audit log refers to them' }];
  return { removed, kept };
}

/** Ingestion deletes them too while it runs, see migration 0034. */
const salts = `/* processor.cleanSalts */
delete from visitor_salts where day < (now() at time zone 'UTC')::date - 1`;

const cleanSalts: CleanupStep = async ({ pool }) => ({
  removed: { visitor_salts: (await pool.query(salts)).rowCount ?? 0 },
  kept: [],
});

/** Sessions before keys, to which they refer. */
export const expiredTokens: CleanupStep[] = [cleanSessions, cleanKeys, cleanSalts];

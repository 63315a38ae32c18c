/** Turns what somebody is about to change into a row of the audit log. */
import type { Pool } from '../platform/postgres.js';
import type { Access } from './keys.js';

/**
 * To be called after all checks and before the change: what cannot be recorded is not done. A row says what was allowed and
 * begun; a failure afterwards is in the service's log. Details hold nothing of users, whom `erase` could not find here.
 */
export async function recordAudit(
  pool: Pool,
  access: Access,
  action: string,
  target: string,
  details?: object,
): Promise<void> {
  await pool.query(
    `/* access.recordAudit */ insert into audit_log (key_id, key_name, action, target, details) values ($1, $2, $3, $4, $5)`,
    [access.keyId, access.name, action, target, details === undefined ? null : JSON.stringify(details)],
  );
}

import type { Pool } from '../platform/postgres.js';
import type { Access } from './keys.js';

/**
 * Adds a row to the audit log. Call it after all checks and before the change, so that nothing is changed unrecorded; failures
 * after that are in the service's log. `details` must not contain data about users, because erasure does not cover this table.
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

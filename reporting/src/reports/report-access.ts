import { allows, missingScope } from '@millrace/shared/access/require-scope';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { RequestHandler, Response } from 'express';
import { accessOf } from '../access/request-access.js';

/** Also true if no key is needed. */
export function isAdmin(res: Response): boolean {
  const access = accessOf(res);
  return access === undefined || allows(access, 'admin');
}

/** For routes that change what others receive by email. Set per route, because some queries are POSTs too. */
export const requireAdmin: RequestHandler = (_req, res, next) => {
  if (!isAdmin(res)) throw missingScope('admin');
  next();
};

const insert = `/* reporting.recordAudit */
insert into audit_log (key_id, key_name, action, target) values ($1, $2, $3, $4)`;

/** Call it before the change, so that nothing is changed without a record. Without keys there is no caller to record. */
export async function recordAudit(pool: Pool, res: Response, action: string, target: string): Promise<void> {
  const access = accessOf(res);
  if (access) await pool.query(insert, [access.keyId, access.name, action, target]);
}

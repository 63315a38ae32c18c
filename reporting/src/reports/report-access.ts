/** Who may see and change what of reports and their templates. */
import { allows, missingScope } from '@millrace/shared/access/require-scope';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { RequestHandler, Response } from 'express';
import { accessOf } from '../asker.js';

/** True where no key is needed. */
export function isAdmin(res: Response): boolean {
  const access = accessOf(res);
  return access === undefined || allows(access, 'admin');
}

/** What is changed here is what others get by mail. By route and not by method: questions are posted, too. */
export const requireAdmin: RequestHandler = (_req, res, next) => {
  if (!isAdmin(res)) throw missingScope('admin');
  next();
};

const insert = `/* reporting.recordAudit */
insert into audit_log (key_id, key_name, action, target) values ($1, $2, $3, $4)`;

/** Before the change: what cannot be recorded is not done. Without keys nobody has a name. */
export async function recordAudit(pool: Pool, res: Response, action: string, target: string): Promise<void> {
  const access = accessOf(res);
  if (access) await pool.query(insert, [access.keyId, access.name, action, target]);
}

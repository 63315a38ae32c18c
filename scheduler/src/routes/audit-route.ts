/** `/api/v1/audit`: the audit log, newest first. */
import { requireAllSites } from '@millrace/shared/access/require-scope';
import type { Pool } from '@millrace/shared/platform/postgres';
import { Router } from 'express';
import Joi from 'joi';
import { checkRequest, offsetOf, type Page, pageSchema, sendData } from '../read-request.js';

interface AuditParams extends Page {
  action?: string;
}

export const auditParamsSchema = Joi.object<AuditParams>({ ...pageSchema, action: Joi.string().max(64) });

const statement = `/* scheduler.readAudit */
select id, at, key_id, key_name, action, target, details from audit_log where $1::text is null or action = $1
order by id desc limit $2 offset $3`;

export function auditRoutes({ pool }: { pool: Pool }): Router {
  const router = Router();
  router.get('/api/v1/audit', requireAllSites, async (req, res) => {
    const { action, ...page } = checkRequest(auditParamsSchema, req.query);
    const { rows } = await pool.query(statement, [action?.replaceAll('\0', '') ?? null, page.limit, offsetOf(page)]);
    sendData(res, rows);
  });
  return router;
}

/** `/api/v1/job-templates`: named jobs with placeholders, and the jobs created from them. */
import { randomUUID } from 'node:crypto';
import { recordAudit } from '@millrace/shared/access/record-audit';
import { accessOf, requireAllSites } from '@millrace/shared/access/require-scope';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { RetrySettings } from '@millrace/shared/queue/add-job';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { placeholdersOf, templateData } from '../job-templates/fill-template.js';
import {
  changedTemplate,
  checkTemplate,
  newTemplateSchema,
  templateChangeSchema,
  templateUseSchema,
} from '../job-templates/template-requests.js';
import {
  deleteTemplate,
  insertTemplate,
  type JobTemplate,
  readTemplate,
  readTemplates,
  updateTemplate,
} from '../job-templates/template-rows.js';
import { refuseBrokenSchedules } from '../job-templates/template-schedules.js';
import type { Queues } from '../open-queues.js';
import { addRequestedJob } from '../queues/change-jobs.js';
import { reachQueue } from '../queues/reach-queue.js';
import { withSitePriorities } from '../queues/site-priority.js';
import { pathId, readBody, sendData } from '../read-request.js';

export interface JobTemplatesDeps {
  pool: Pool;
  queues: Queues;
  retry?: RetrySettings;
  clock?: () => Date;
}

const base = '/api/v1/job-templates';
const unknownTemplate = () => new ServiceError('not_found', 'Unknown job template.');

function toResponse({ createdAt, updatedAt, ...template }: JobTemplate): object {
  const placeholders = [...placeholdersOf(template.data)].sort();
  return { ...template, placeholders, created_at: createdAt, updated_at: updatedAt };
}

async function requireTemplate(pool: Pool, req: Request): Promise<JobTemplate> {
  const template = await readTemplate(pool, pathId(req));
  if (!template) throw unknownTemplate();
  return template;
}

/** Validates everything before writing the audit log, and writes the audit log before adding the job. */
function addJobRoute({ pool, queues, retry = {}, clock = () => new Date() }: JobTemplatesDeps): RequestHandler {
  return async (req, res) => {
    const template = await requireTemplate(pool, req);
    const { params, site_id: siteId, at = clock(), timezone, options } = await readBody(req, res, templateUseSchema);
    const filled = templateData(template, { at, timezone, siteId, params });
    if (filled.problem !== undefined)
      throw new ServiceError('invalid_request', filled.problem, { field: filled.field });
    const queue = queues.get(template.queue)!;
    await reachQueue(queue);
    const given = { jobName: template.job, data: filled.data, options: { ...template.options, ...options } };
    const [request] = await withSitePriorities(pool, [given]);
    const jobId = randomUUID();
    await recordAudit(pool, accessOf(res), 'job.add', `${queue.name}/${jobId}`, { ...request, template: template.id });
    await addRequestedJob(queue, request!, retry, jobId);
    sendData(res, { jobId, queueName: queue.name, jobName: template.job, data: filled.data }, 201);
  };
}

export function jobTemplatesRoutes(deps: JobTemplatesDeps): Router {
  const { pool, clock = () => new Date() } = deps;
  const audit = (res: Response, action: string, target: string, details?: object) =>
    recordAudit(pool, accessOf(res), `job-template.${action}`, target, details);

  const create: RequestHandler = async (req, res) => {
    const { id = randomUUID(), ...sent } = await readBody(req, res, newTemplateSchema);
    const fields = checkTemplate(sent, clock());
    await audit(res, 'create', id, fields);
    const template = await insertTemplate(pool, id, fields);
    if (!template) throw new ServiceError('conflict', `Job template "${id}" already exists.`);
    sendData(res, toResponse(template), 201);
  };

  const change: RequestHandler = async (req, res) => {
    const before = await requireTemplate(pool, req);
    const sent = await readBody(req, res, templateChangeSchema);
    const fields = changedTemplate(before, sent, clock());
    await refuseBrokenSchedules(pool, before.id, fields, clock());
    await audit(res, 'update', before.id, sent);
    const after = await updateTemplate(pool, before.id, fields);
    if (!after) throw unknownTemplate();
    sendData(res, toResponse(after));
  };

  const remove: RequestHandler = async (req, res) => {
    const template = await requireTemplate(pool, req);
    await audit(res, 'delete', template.id, template);
    if (!(await deleteTemplate(pool, template.id)))
      throw new ServiceError('conflict', 'A schedule uses this job template. Delete or change the schedule first.');
    sendData(res, { id: template.id });
  };

  const router = Router();
  router.use(base, requireAllSites);
  router.get(base, async (_req, res) => sendData(res, (await readTemplates(pool)).map(toResponse)));
  router.post(base, create);
  router.get(`${base}/:id`, async (req, res) => sendData(res, toResponse(await requireTemplate(pool, req))));
  router.patch(`${base}/:id`, change);
  router.delete(`${base}/:id`, remove);
  router.post(`${base}/:id/jobs`, addJobRoute(deps));
  return router;
}

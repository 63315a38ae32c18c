/** `/api/v1/schedules` */
import { randomUUID } from 'node:crypto';
import { recordAudit } from '@millrace/shared/access/record-audit';
import { accessOf, requireAllSites } from '@millrace/shared/access/require-scope';
import { ServiceError } from '@millrace/shared/platform/errors';
import { hasSqlState, type Pool } from '@millrace/shared/platform/postgres';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { foreignKeyViolation, readTemplate } from '../job-templates/template-rows.js';
import type { Queues } from '../open-queues.js';
import { nothingSchema, offsetOf, pathId, readBody, readPage, sendData } from '../read-request.js';
import { describeRun, describeSchedule } from '../schedules/describe-schedule.js';
import { newestRuns, readRuns } from '../schedules/run-rows.js';
import {
  changedSchedule,
  cronParamsSchema,
  newScheduleSchema,
  type ScheduleRequest,
  scheduleChangeSchema,
  toFields,
} from '../schedules/schedule-requests.js';
import {
  deleteSchedule,
  insertSchedule,
  readSchedule,
  readSchedules,
  type ScheduleRow,
  updateSchedule,
} from '../schedules/schedule-rows.js';
import type { Scheduler } from '../schedules/scheduler.js';

export interface SchedulesDeps {
  pool: Pool;
  queues: Queues;
  scheduler: Scheduler;
  config: { DISABLE_AUTO_SYNC: boolean };
  clock?: () => Date;
}

/** The template was deleted since it was read. */
function refuseGoneTemplate(error: unknown): never {
  if (!hasSqlState(error, foreignKeyViolation)) throw error;
  throw new ServiceError('invalid_request', 'The job template no longer exists.', { field: 'template' });
}

const unknownSchedule = () => new ServiceError('not_found', 'Unknown schedule.');

export function schedulesRoutes(deps: SchedulesDeps): Router {
  const { pool, queues, scheduler, config, clock = () => new Date() } = deps;
  const describe = async (row: ScheduleRow) =>
    describeSchedule(
      { queues, isSyncDisabled: config.DISABLE_AUTO_SYNC, now: clock() },
      row,
      (await readRuns(pool, row.id, 1, 0))[0],
    );

  const fieldsOf = async (sent: ScheduleRequest) =>
    toFields(sent, sent.template === undefined ? undefined : await readTemplate(pool, sent.template), clock());

  async function requireSchedule(req: Request): Promise<ScheduleRow> {
    const row = await readSchedule(pool, pathId(req));
    if (!row) throw unknownSchedule();
    return row;
  }
  const audit = (res: Response, action: string, target: string, details?: object) =>
    recordAudit(pool, accessOf(res), `schedule.${action}`, target, details);

  const list: RequestHandler = async (_req, res) => {
    const [rows, runs] = await Promise.all([readSchedules(pool), newestRuns(pool)]);
    const given = { queues, isSyncDisabled: config.DISABLE_AUTO_SYNC, now: clock() };
    sendData(res, await Promise.all(rows.map((row) => describeSchedule(given, row, runs.get(row.id)))));
  };

  const create: RequestHandler = async (req, res) => {
    const fields = await fieldsOf(await readBody(req, res, newScheduleSchema));
    const id = randomUUID();
    await audit(res, 'create', id, fields);
    sendData(res, await describe(await insertSchedule(pool, id, fields).catch(refuseGoneTemplate)), 201);
  };

  const change: RequestHandler = async (req, res) => {
    const before = await requireSchedule(req);
    const sent = await readBody(req, res, scheduleChangeSchema);
    const builtInFields = Object.keys(sent).filter((field) => field !== 'enabled');
    if (before.builtIn && builtInFields.length > 0) {
      throw new ServiceError('conflict', 'A built-in schedule can only be enabled or disabled.');
    }
    const merged = changedSchedule(before, sent);
    // The data of a task's job is computed from the slot, so there is none to validate.
    const fields = before.builtIn ? { ...before, enabled: merged.enabled } : await fieldsOf(merged);
    await audit(res, 'update', before.id, sent);
    const after = await updateSchedule(pool, before.id, fields).catch(refuseGoneTemplate);
    if (!after) throw unknownSchedule();
    sendData(res, await describe(after));
  };

  const setEnabled =
    (enabled: boolean): RequestHandler =>
    async (req, res) => {
      const before = await requireSchedule(req);
      await readBody(req, res, nothingSchema);
      await audit(res, enabled ? 'enable' : 'disable', before.id);
      sendData(res, await describe((await updateSchedule(pool, before.id, { ...before, enabled })) ?? before));
    };

  const remove: RequestHandler = async (req, res) => {
    const row = await requireSchedule(req);
    if (row.builtIn) throw new ServiceError('conflict', 'A built-in schedule cannot be deleted, only disabled.');
    await audit(res, 'delete', row.id, row);
    await deleteSchedule(pool, row.id);
    sendData(res, { id: row.id });
  };

  const trigger: RequestHandler = async (req, res) => {
    const row = await requireSchedule(req);
    await readBody(req, res, nothingSchema);
    await audit(res, 'trigger', row.id);
    sendData(res, { jobId: await scheduler.trigger(row.id), queueName: row.queue, jobName: row.job });
  };

  const runs: RequestHandler = async (req, res) => {
    const row = await requireSchedule(req);
    const page = readPage(req);
    const found = await readRuns(pool, row.id, page.limit, offsetOf(page));
    sendData(res, await Promise.all(found.map((run) => describeRun(queues, row.queue, run))));
  };

  const router = Router();
  router.use('/api/v1/schedules', requireAllSites);
  router.get('/api/v1/schedules', list);
  router.post('/api/v1/schedules', create);
  router.post('/api/v1/schedules/validate', async (req, res) => {
    const { cron, timezone } = await readBody(req, res, cronParamsSchema);
    sendData(res, scheduler.validateCron(cron, timezone));
  });
  router.get('/api/v1/schedules/:id', async (req, res) => sendData(res, await describe(await requireSchedule(req))));
  router.patch('/api/v1/schedules/:id', change);
  router.delete('/api/v1/schedules/:id', remove);
  router.get('/api/v1/schedules/:id/runs', runs);
  router.post('/api/v1/schedules/:id/enable', setEnabled(true));
  router.post('/api/v1/schedules/:id/disable', setEnabled(false));
  router.post('/api/v1/schedules/:id/trigger', trigger);
  return router;
}

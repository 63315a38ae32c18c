/** `/api/v1/queues`: job counts, jobs, and changes to queues. */
import { randomUUID } from 'node:crypto';
import { recordAudit } from '@millrace/shared/access/record-audit';
import { accessOf, requireAllSites } from '@millrace/shared/access/require-scope';
import { findQueue } from '@millrace/shared/contract/jobs';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { isQueueKey } from '@millrace/shared/queue/add-flow';
import type { RetrySettings } from '@millrace/shared/queue/add-job';
import type { Job, Queue } from '@millrace/shared/queue/queue';
import { type Request, type Response, Router } from 'express';
import type { Queues } from '../open-queues.js';
import {
  addRequestedJob,
  checkJobRequest,
  checkRemovable,
  checkRetriable,
  removeJob,
  retryJob,
  retryJobs,
} from '../queues/change-jobs.js';
import { describeJob } from '../queues/describe-job.js';
import { failedCauses, failedOf } from '../queues/failed-causes.js';
import { findJobs } from '../queues/find-jobs.js';
import { cleanQueue, queueFigures } from '../queues/queue-figures.js';
import { cleanSchema, jobsParamsSchema, newJobSchema, retrySchema } from '../queues/queue-requests.js';
import { reachNamedQueue, reachQueue, unknownJob } from '../queues/reach-queue.js';
import { recurringJobs } from '../queues/recurring-jobs.js';
import { withSitePriorities } from '../queues/site-priority.js';
import { checkRequest, nothingSchema, readBody, sendData } from '../read-request.js';

export interface QueuesDeps {
  pool: Pool;
  queues: Queues;
  retry?: RetrySettings;
}

const base = '/api/v1/queues';
type Handle = (req: Request, res: Response, queue: Queue) => Promise<unknown>;

async function requireJob(req: Request, queue: Queue): Promise<Job> {
  const id = String(req.params.id);
  const isImpossible = id.length > 500 || id.includes('\0') || isQueueKey(id);
  const job = isImpossible ? undefined : await queue.getJob(id);
  if (!job) throw unknownJob();
  return job;
}

/** Handlers return the data to send. */
function addReads(
  route: (handle: Handle) => (req: Request, res: Response) => Promise<void>,
  router: Router,
  { pool, queues }: QueuesDeps,
) {
  router.get(`${base}/metrics`, async (_req, res) => {
    const all = queues.names.map((name) => queues.get(name)!);
    await Promise.all(all.map(reachQueue));
    const figures = await Promise.all(all.map(queueFigures));
    sendData(res, Object.fromEntries(queues.names.map((name, index) => [name, figures[index]])));
  });
  router.get(
    `${base}/:name/metrics`,
    route((_req, _res, queue) => queueFigures(queue)),
  );
  router.get(
    `${base}/:name/jobs`,
    route((req, _res, queue) => {
      const { state, search, ...page } = checkRequest(jobsParamsSchema, req.query);
      return findJobs(queue, state, page, search);
    }),
  );
  router.get(
    `${base}/:name/failed`,
    route((_req, _res, queue) => failedCauses(queue)),
  );
  router.get(
    `${base}/:name/recurring`,
    route((_req, _res, queue) => recurringJobs(pool, queue)),
  );
  router.get(
    `${base}/:name/jobs/:id`,
    route(async (req, _res, queue) => {
      const job = await requireJob(req, queue);
      return describeJob(job, await job.getState());
    }),
  );
}

function addChanges(
  route: (handle: Handle) => (req: Request, res: Response) => Promise<void>,
  router: Router,
  { pool, retry = {} }: QueuesDeps,
) {
  const audit = (res: Response, action: string, target: string, details?: object) =>
    recordAudit(pool, accessOf(res), action, target, details);

  const add: Handle = async (req, res, queue) => {
    if (findQueue(queue.name)?.addedBy === 'ingestion')
      throw new ServiceError('invalid_request', 'Events must be sent to the ingestion service.', { field: 'jobName' });
    const request = await readBody(req, res, newJobSchema);
    checkJobRequest(queue, request);
    const jobId = randomUUID();
    await audit(res, 'job.add', `${queue.name}/${jobId}`, request);
    const [prioritized] = await withSitePriorities(pool, [request]);
    await addRequestedJob(queue, prioritized!, retry, jobId);
    res.status(201);
    return { jobId, queueName: queue.name, jobName: request.jobName };
  };
  const remove: Handle = async (req, res, queue) => {
    const job = await requireJob(req, queue);
    await checkRemovable(queue, job);
    await audit(res, 'job.remove', `${queue.name}/${job.id}`);
    await removeJob(job);
    return { id: job.id };
  };
  const retryOne: Handle = async (req, res, queue) => {
    const job = await requireJob(req, queue);
    await readBody(req, res, nothingSchema);
    await checkRetriable(job);
    await audit(res, 'job.retry', `${queue.name}/${job.id}`);
    await retryJob(job);
    return { id: job.id };
  };
  const retryAll: Handle = async (req, res, queue) => {
    const { cause, dryRun } = await readBody(req, res, retrySchema);
    const { ids: found, searched } = await failedOf(queue, cause);
    if (!dryRun) await audit(res, 'job.retry-cause', queue.name, { cause, count: found.length });
    const ids = dryRun ? found : await retryJobs(queue, found);
    return { dryRun, count: ids.length, ids, searched };
  };
  const setPaused =
    (isPaused: boolean): Handle =>
    async (req, res, queue) => {
      await readBody(req, res, nothingSchema);
      await audit(res, isPaused ? 'queue.pause' : 'queue.resume', queue.name);
      await (isPaused ? queue.pause() : queue.resume());
      return queueFigures(queue);
    };
  const clean: Handle = async (req, res, queue) => {
    const { gracePeriod } = await readBody(req, res, cleanSchema);
    await audit(res, 'queue.clean', queue.name, { gracePeriod });
    return { removed: await cleanQueue(queue, gracePeriod * 1_000) };
  };
  router.post(`${base}/:name/jobs`, route(add));
  router.delete(`${base}/:name/jobs/:id`, route(remove));
  router.post(`${base}/:name/jobs/:id/retry`, route(retryOne));
  router.post(`${base}/:name/failed/retry`, route(retryAll));
  router.post(`${base}/:name/pause`, route(setPaused(true)));
  router.post(`${base}/:name/resume`, route(setPaused(false)));
  router.post(`${base}/:name/clean`, route(clean));
}

export function queuesRoutes(deps: QueuesDeps): Router {
  /** Finds the queue in the URL, and sends what the handler returns. */
  const route = (handle: Handle) => async (req: Request, res: Response) => {
    const queue = await reachNamedQueue(deps.queues, String(req.params.name));
    const data = await handle(req, res, queue);
    sendData(res, data, res.statusCode);
  };
  const router = Router();
  router.use(base, requireAllSites);
  addReads(route, router, deps);
  addChanges(route, router, deps);
  return router;
}

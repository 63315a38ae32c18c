/** `/api/v1/flows`: trees of jobs that wait for each other. */
import { randomUUID } from 'node:crypto';
import { recordAudit } from '@millrace/shared/access/record-audit';
import { accessOf, requireAllSites } from '@millrace/shared/access/require-scope';
import { ServiceError } from '@millrace/shared/platform/errors';
import { withTimeout } from '@millrace/shared/platform/health';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type AddedPart, addFlow, type FlowPart, findFlowProblem, isQueueKey } from '@millrace/shared/queue/add-flow';
import type { RetrySettings } from '@millrace/shared/queue/add-job';
import { type Request, type RequestHandler, Router } from 'express';
import { describeFlow } from '../flows/describe-flow.js';
import { isDifferentFlow } from '../flows/different-flow.js';
import { flowSchema, queuesOfFlow, withSitePrioritiesOfFlow } from '../flows/flow-request.js';
import type { Queues } from '../open-queues.js';
import { reachNamedQueue, reachQueue, unknownJob } from '../queues/reach-queue.js';
import { pathId, readBody, sendData } from '../read-request.js';

export interface FlowsDeps {
  pool: Pool;
  queues: Queues;
  retry?: RetrySettings;
}

const base = '/api/v1/flows';
const addTimeoutMs = 5_000;

/** @throws ServiceError if the queue does not answer. It is safe to send the flow again with the same id. */
async function add({ queues, retry }: FlowsDeps, id: string, root: FlowPart): Promise<AddedPart> {
  return withTimeout(addFlow(queues.flows, id, root, retry), addTimeoutMs, 'the queue').catch(() => {
    throw new ServiceError(
      'queue_unavailable',
      `The queue did not answer in time. Send the flow again with id "${id}".`,
    );
  });
}

/** Otherwise a client would believe that its flow was added, although the id belongs to another one. */
async function refuseDifferent({ queues }: FlowsDeps, id: string, root: FlowPart): Promise<void> {
  const isDifferent = withTimeout(isDifferentFlow(queues.flows, id, root), addTimeoutMs, 'the queue');
  if (await isDifferent.catch(() => false)) {
    const problem = `A flow "${id}" with other jobs or data already exists. Choose another id, or remove its jobs first.`;
    throw new ServiceError('conflict', problem, { field: 'id' });
  }
}

function createFlow(deps: FlowsDeps): RequestHandler {
  const { pool, queues } = deps;
  return async (req, res) => {
    const { id = `flow-${randomUUID()}`, ...root } = await readBody(req, res, flowSchema);
    const wrong = findFlowProblem(root);
    if (wrong) throw new ServiceError('invalid_request', wrong.problem, { field: wrong.field });
    await Promise.all(queuesOfFlow(root).map((name) => reachQueue(queues.get(name)!)));
    await refuseDifferent(deps, id, root);
    const prioritized = await withSitePrioritiesOfFlow(pool, root);
    await recordAudit(pool, accessOf(res), 'flow.add', `${root.queue}/${id}`, prioritized);
    sendData(res, await add(deps, id, prioritized), 201);
  };
}

function showFlow({ queues }: FlowsDeps): RequestHandler {
  return async (req: Request, res) => {
    const queue = await reachNamedQueue(queues, String(req.params.queue));
    const id = pathId(req, 500);
    const flow = isQueueKey(id) ? undefined : await describeFlow(queues.flows, queue.name, id);
    if (!flow) throw unknownJob();
    sendData(res, flow);
  };
}

export function flowsRoutes(deps: FlowsDeps): Router {
  const router = Router();
  router.use(base, requireAllSites);
  router.post(base, createFlow(deps));
  router.get(`${base}/:queue/:id`, showFlow(deps));
  return router;
}

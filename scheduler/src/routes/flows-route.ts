/** `/api/v1/flows`: jobs that wait for jobs, added as one tree and shown as one. */
import { randomUUID } from 'node:crypto';
import { recordAudit } from '@millrace/shared/access/record-audit';
import { accessOf, requireAllSites } from '@millrace/shared/access/require-scope';
import { ServiceError } from '@millrace/shared/platform/errors';
import { withTimeout } from '@millrace/shared/platform/health';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type AddedPart, addFlow, type FlowPart, findFlowProblem } from '@millrace/shared/queue/add-flow';
import type { RetrySettings } from '@millrace/shared/queue/add-job';
import { type Request, type RequestHandler, Router } from 'express';
import { describeFlow } from '../flows/describe-flow.js';
import { isDifferentFlow } from '../flows/different-flow.js';
import { queuesOfFlow, withSitePrioritiesOfFlow } from '../flows/flow-parts.js';
import { flowSchema } from '../flows/flow-request.js';
import type { Queues } from '../open-queues.js';
import { reachQueue } from '../queues/reach-queue.js';
import { readBody, sendData } from '../read-request.js';

export interface FlowsDeps {
  pool: Pool;
  queues: Queues;
  retry?: RetrySettings;
}

const base = '/api/v1/flows';
const addTimeoutMs = 5_000;

/** @throws ServiceError when the queue does not answer: the same flow may be sent again under its id. */
async function add({ queues, retry }: FlowsDeps, id: string, root: FlowPart): Promise<AddedPart> {
  return withTimeout(addFlow(queues.flows, id, root, retry), addTimeoutMs, 'the queue').catch(() => {
    throw new ServiceError(
      'queue_unavailable',
      `The queue did not answer in time. Send the flow again with id "${id}".`,
    );
  });
}

/** Whoever sends a flow again would take another one for added. */
async function refuseDifferent({ queues }: FlowsDeps, id: string, root: FlowPart): Promise<void> {
  const isDifferent = withTimeout(isDifferentFlow(queues.flows, id, root), addTimeoutMs, 'the queue');
  if (await isDifferent.catch(() => false)) {
    const problem = `There is a flow "${id}" of other jobs or data already: choose another id, or remove its jobs first.`;
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
    const wanted = await withSitePrioritiesOfFlow(pool, root);
    await recordAudit(pool, accessOf(res), 'flow.add', `${root.queue}/${id}`, wanted);
    sendData(res, await add(deps, id, wanted), 201);
  };
}

function showFlow({ queues }: FlowsDeps): RequestHandler {
  return async (req: Request, res) => {
    const queue = queues.get(String(req.params.queue));
    if (!queue) throw new ServiceError('not_found', `There is no such queue; known are ${queues.names.join(', ')}.`);
    await reachQueue(queue);
    const flow = await describeFlow(queues.flows, queue.name, String(req.params.id).slice(0, 500).replaceAll('\0', ''));
    if (!flow) throw new ServiceError('not_found', 'There is no such job in this queue, or its record is gone.');
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

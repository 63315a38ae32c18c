/** Bull Board: its pages and its guarded API. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { BoardHooks } from '@bull-board/api/typings/app';
import { ExpressAdapter } from '@bull-board/express';
import type { Access } from '@millrace/shared/access/keys';
import { accessOf } from '@millrace/shared/access/require-scope';
import { findQueue } from '@millrace/shared/contract/jobs';
import { refuseWrongMethods } from '@millrace/shared/platform/http';
import type { Logger } from '@millrace/shared/platform/logger';
import type { RetrySettings } from '@millrace/shared/queue/add-job';
import type { Queue } from '@millrace/shared/queue/queue';
import { type Express, type RequestHandler, Router } from 'express';
import { addRequestedJob } from '../queues/change-jobs.js';
import { hideEvents } from '../queues/describe-job.js';
import { newJobSchema } from '../queues/queue-requests.js';
import { checkRequest } from '../read-request.js';
import { describeBoardError } from './board-errors.js';
import { type GuardDeps, guardBoard } from './guard-board.js';

export interface BoardDeps extends GuardDeps {
  logger: Logger;
  retry?: RetrySettings;
}

const uiConfig = {
  boardTitle: 'Millrace',
  hideDocsLink: true,
  miscLinks: [{ text: 'Log out', url: '/admin/logout' }],
};

type Render = (path: string, options: object, done: (error: Error | null, html?: string) => void) => void;

/** Removes external stylesheets from its page: they would reveal the service to a third party, and the CSP blocks them anyway. */
function removeExternalLinks(board: Express): void {
  const render = (board as unknown as { engines: Record<string, Render> }).engines['.ejs']!;
  board.engine('ejs', (path, options, done) =>
    render(path, options, (error, html) => done(error, html?.replace(/<link [^>]*href="https?:[^>]*>/g, ''))),
  );
}

/** Adds jobs with the options of their contract and an id, instead of the defaults of Bull Board. */
function createBoardAdapter(queue: Queue, retry: RetrySettings): BullMQAdapter {
  const adapter = new BullMQAdapter(queue);
  if (findQueue(queue.name)?.holdsEvents) adapter.setFormatter('data', hideEvents);
  adapter.addJob = async (jobName, data, { delay, priority }: { delay?: number; priority?: number }) => {
    const options = { ...(delay !== undefined && { delay }), ...(priority !== undefined && { priority }) };
    const id = await addRequestedJob(queue, checkRequest(newJobSchema, { jobName, data, options }), retry);
    return (await queue.getJob(id))!;
  };
  // Otherwise removing a limit that has just been reached takes effect only after its period.
  adapter.removeConfiguredRateLimit = async () => {
    await queue.removeGlobalRateLimit();
    await queue.removeRateLimitKey();
  };
  return adapter;
}

export function createBoard(deps: BoardDeps): Router {
  const { queues, logger, retry = {} } = deps;
  // Bull Board's hooks receive the request data, but not its access.
  const currentAccess = new AsyncLocalStorage<Access>();
  const before: BoardHooks['before'] = async ({ method, route, request }) => {
    const { params, body } = request;
    const refusal = await guardBoard(deps, currentAccess.getStore(), { method, route, params, body }).catch((error) => {
      logger.error({ err: error }, 'could not check and record a change in the queue page');
      return { status: 500 as const, message: 'The change could not be checked and recorded, so it was not made.' };
    });
    if (refusal) return { allow: false, ...refusal };
  };

  const serverAdapter = new ExpressAdapter().setBasePath('/admin/queues');
  const { addQueue } = createBullBoard({
    queues: [],
    serverAdapter,
    options: { uiConfig, handlerHooks: { before } },
  });
  serverAdapter.setErrorHandler(describeBoardError(logger));
  const board = serverAdapter.getRouter() as Express;
  board.disable('x-powered-by');
  removeExternalLinks(board);

  // A queue that was unreachable at startup is a different object later.
  const shown = new Map<string, Queue>();
  const showCurrentQueues: RequestHandler = (_req, _res, next) => {
    for (const name of queues.names) {
      const queue = queues.get(name)!;
      if (shown.get(name) === queue) continue;
      addQueue(createBoardAdapter(queue, retry));
      shown.set(name, queue);
    }
    next();
  };
  const rememberAccess: RequestHandler = (_req, res, next) => currentAccess.run(accessOf(res), next);

  return Router().use(refuseWrongMethods(board, { success: false }), showCurrentQueues, rememberAccess, board);
}

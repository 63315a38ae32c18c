/** Turns the queues into Bull Board: its pages and its API, guarded. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createBullBoard } from '@bull-board/api';
import type { BoardHooks } from '@bull-board/api/typings/app';
import { ExpressAdapter } from '@bull-board/express';
import type { Access } from '@millrace/shared/access/keys';
import { accessOf } from '@millrace/shared/access/require-scope';
import type { Logger } from '@millrace/shared/platform/logger';
import type { RetrySettings } from '@millrace/shared/queue/add-job';
import type { Queue } from '@millrace/shared/queue/queue';
import { type Express, type RequestHandler, Router } from 'express';
import { createBoardAdapter } from './board-adapter.js';
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

/** Its page asks a foreign server for fonts: that would tell where the service runs, and what the policy forbids is an error. */
function loadNothingForeign(board: Express): void {
  const render = (board as unknown as { engines: Record<string, Render> }).engines['.ejs']!;
  board.engine('ejs', (path, options, done) =>
    render(path, options, (error, html) => done(error, html?.replace(/<link [^>]*href="https?:[^>]*>/g, ''))),
  );
}

export function createBoard(deps: BoardDeps): Router {
  const { queues, logger, retry = {} } = deps;
  // The hooks are told the request's data, not who sent it.
  const asking = new AsyncLocalStorage<Access>();
  const before: BoardHooks['before'] = async ({ method, route, request }) => {
    const { params, body } = request;
    const refusal = await guardBoard(deps, asking.getStore(), { method, route, params, body }).catch((error) => {
      logger.error({ err: error }, 'a change in the queue page could not be checked and recorded');
      return { status: 500 as const, message: 'It could not be checked and recorded, so it was not done.' };
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
  loadNothingForeign(board);

  // A queue that was away at the start is another object later.
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
  const rememberWhoAsks: RequestHandler = (_req, res, next) => asking.run(accessOf(res), next);

  return Router().use(showCurrentQueues, rememberWhoAsks, board);
}

/** Entry point of an engine thread: runs each task it receives and posts the result. */
import { parentPort } from 'node:worker_threads';
import { CancelledError } from './part.js';
import { beginTask } from './task-memory.js';
import { type Reply, type Request, runTask } from './tasks.js';

function replyTo({ id, task }: Request): Reply {
  try {
    beginTask();
    const send = (piece: unknown) => parentPort!.postMessage({ id, piece } satisfies Reply);
    return { id, result: runTask(task, send) };
  } catch (error) {
    return { id, error: String((error as Error).stack), isCancelled: error instanceof CancelledError };
  }
}

parentPort!.on('message', (request: Request) => parentPort!.postMessage(replyTo(request)));

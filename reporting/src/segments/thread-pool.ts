/** A pool of engine threads, which are started on demand or all at once, and replaced when they die. */
import { Worker } from 'node:worker_threads';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Logger } from '@millrace/shared/platform/logger';
import { CancelledError } from './part.js';
import type { PieceOf, Reply, ResultOf, Task } from './tasks.js';

export interface ThreadPool {
  readonly threads: number;
  /** Starts all threads and warms them up, so that the code most queries need is compiled. */
  start(): void;
  /**
   * Runs a task in the least busy thread. If that thread dies, the task is retried once in another, and pieces can arrive again.
   * `onPiece` must not throw.
   * @throws ServiceError `engine_unavailable` when the second thread dies too, and after the pool is closed.
   * @throws CancelledError when the task was cancelled.
   */
  run<T extends Task>(task: T, onPiece?: (piece: PieceOf<T>) => void): Promise<ResultOf<T>>;
  /** Rejects running tasks and all later ones. */
  close(): Promise<void>;
}

interface RunningTask {
  task: Task;
  onPiece: ((piece: unknown) => void) | undefined;
  resolve(result: unknown): void;
  reject(error: Error): void;
  /** The first thread that ran it has died. */
  isRetry: boolean;
}

interface Thread {
  worker: Worker;
  running: Map<number, RunningTask>;
}

/** Threads always run the built script, even when this file runs from source. */
const engineScript = new URL('./engine-thread.js', import.meta.url.replace('/src/segments/', '/dist/segments/'));

/** Enough rounds for the code to be compiled. */
const warmUpRounds = 6;

const unavailable = () => new ServiceError('engine_unavailable');

function settle(thread: Thread, reply: Reply): void {
  const running = thread.running.get(reply.id);
  if ('piece' in reply) {
    running?.onPiece?.(reply.piece);
    return;
  }
  forget(thread, reply.id);
  if ('result' in reply) running?.resolve(reply.result);
  else running?.reject(reply.isCancelled ? new CancelledError(reply.error) : new Error(reply.error));
}

/** A thread without a task does not keep the process alive. */
function forget(thread: Thread, id: number): void {
  thread.running.delete(id);
  if (thread.running.size === 0) thread.worker.unref();
}

function post(thread: Thread, id: number, running: RunningTask): void {
  thread.running.set(id, running);
  thread.worker.ref();
  try {
    thread.worker.postMessage({ id, task: running.task });
  } catch (error) {
    forget(thread, id);
    throw error;
  }
}

async function stop({ worker, running }: Thread): Promise<void> {
  for (const { reject } of running.values()) reject(unavailable());
  running.clear();
  await worker.terminate();
}

export function createThreadPool(threads: number, logger: Logger, script = engineScript): ThreadPool {
  const open = new Set<Thread>();
  let lastId = 0;
  let isClosed = false;

  function start(): Thread {
    const thread: Thread = { worker: new Worker(script), running: new Map() };
    open.add(thread);
    thread.worker.on('message', (reply: Reply) => settle(thread, reply));
    for (const event of ['error', 'exit']) thread.worker.on(event, (reason) => end(thread, reason));
    return thread;
  }

  function end(thread: Thread, reason: unknown): void {
    if (!open.delete(thread) || isClosed) return;
    logger.error({ reason: String(reason) }, 'an engine thread has died; its tasks are retried in another');
    for (const running of thread.running.values()) {
      if (running.isRetry) running.reject(unavailable());
      else send({ ...running, isRetry: true });
    }
  }

  function chooseThread(): Thread {
    const [first, ...others] = [...open].sort((a, b) => a.running.size - b.running.size);
    return first && (first.running.size === 0 || others.length + 1 >= threads) ? first : start();
  }

  function send(running: RunningTask): void {
    if (isClosed) {
      running.reject(unavailable());
      return;
    }
    lastId += 1;
    try {
      post(chooseThread(), lastId, running);
    } catch (error) {
      running.reject(error as Error);
    }
  }

  /** One round at a time, so that queries can run in between. */
  function warm(thread: Thread, rounds: number): void {
    if (rounds === 0 || isClosed || !open.has(thread)) return;
    lastId += 1;
    const reject = (err: Error) => {
      if (!isClosed) logger.warn({ err }, 'an engine thread could not warm up; its first answers will be slower');
    };
    const resolve = () => warm(thread, rounds - 1);
    post(thread, lastId, { task: { kind: 'warmUp' }, onPiece: undefined, resolve, reject, isRetry: true });
  }

  function startAll(): void {
    if (isClosed) return;
    for (let more = threads - open.size; more > 0; more -= 1) warm(start(), warmUpRounds);
  }

  const run: ThreadPool['run'] = (task, onPiece) =>
    new Promise((resolve, reject) => {
      const callback = onPiece as RunningTask['onPiece'];
      send({ task, onPiece: callback, resolve: resolve as (result: unknown) => void, reject, isRetry: false });
    });

  async function close(): Promise<void> {
    isClosed = true;
    await Promise.all([...open].map(stop));
  }
  return { threads, start: startAll, run, close };
}

/** Threads that count: started when they are first needed, replaced when they die. */
import { Worker } from 'node:worker_threads';
import { ServiceError } from '@millrace/shared/errors';
import type { Logger } from '@millrace/shared/logger';
import { CancelledError } from './part.js';
import type { PieceOf, Reply, ResultOf, Task } from './tasks.js';

export interface ThreadPool {
  readonly threads: number;
  /**
   * Runs a task in the thread that has least to do. When that dies it is run once more, in another one, and pieces may come again.
   * Nothing may be thrown by what takes them.
   * @throws ServiceError `engine_unavailable` when that dies as well, CancelledError when its cancellation was set.
   */
  run<T extends Task>(task: T, take?: (piece: PieceOf<T>) => void): Promise<ResultOf<T>>;
  close(): Promise<void>;
}

interface Running {
  task: Task;
  take: ((piece: unknown) => void) | undefined;
  resolve(result: unknown): void;
  reject(error: Error): void;
  /** It was in a thread that died. */
  isSecond: boolean;
}

interface Thread {
  worker: Worker;
  running: Map<number, Running>;
}

/** Threads run what was built, also where this file is run from its source. */
const engineScript = new URL('./engine-thread.js', import.meta.url.replace('/src/segments/', '/dist/segments/'));

export function createThreadPool(threads: number, logger: Logger, script = engineScript): ThreadPool {
  const open = new Set<Thread>();
  let lastId = 0;
  let isClosed = false;

  function settle(thread: Thread, reply: Reply): void {
    const running = thread.running.get(reply.id);
    if ('piece' in reply) {
      running?.take?.(reply.piece);
      return;
    }
    thread.running.delete(reply.id);
    if (thread.running.size === 0) thread.worker.unref();
    if ('result' in reply) running?.resolve(reply.result);
    else running?.reject(reply.isCancelled ? new CancelledError(reply.error) : new Error(reply.error));
  }

  function start(): Thread {
    const thread: Thread = { worker: new Worker(script), running: new Map() };
    open.add(thread);
    const end = (reason: unknown) => {
      if (!open.delete(thread) || isClosed) return;
      logger.error({ reason: String(reason) }, 'a thread that counts has ended; another one takes its place');
      for (const running of thread.running.values()) again(running);
    };
    thread.worker.on('message', (reply: Reply) => settle(thread, reply));
    thread.worker.on('error', end);
    thread.worker.on('exit', end);
    return thread;
  }

  function again(running: Running): void {
    if (running.isSecond) running.reject(new ServiceError('engine_unavailable'));
    else send({ ...running, isSecond: true });
  }

  function chooseThread(): Thread {
    const [first, ...others] = [...open].sort((a, b) => a.running.size - b.running.size);
    return first && (first.running.size === 0 || others.length + 1 >= threads) ? first : start();
  }

  function send(running: Running): void {
    const thread = chooseThread();
    lastId += 1;
    thread.running.set(lastId, running);
    thread.worker.ref();
    thread.worker.postMessage({ id: lastId, task: running.task });
  }

  return {
    threads,
    run: <T extends Task>(task: T, take?: (piece: PieceOf<T>) => void) =>
      new Promise<ResultOf<T>>((resolve, reject) => {
        const taking = take as Running['take'];
        send({ task, take: taking, resolve: resolve as (result: unknown) => void, reject, isSecond: false });
      }),
    async close() {
      isClosed = true;
      await Promise.all([...open].map(({ worker }) => worker.terminate()));
    },
  };
}

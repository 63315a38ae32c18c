/** Tracks whether the queue accepts events, so that requests are refused immediately while it is failing, hanging or full. */
import type { EventIngestData } from '@millrace/shared/contract/event-job';
import { eventIngest } from '@millrace/shared/contract/jobs';
import type { ErrorCode } from '@millrace/shared/platform/errors';
import { withTimeout } from '@millrace/shared/platform/health';
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import { countWaiting, type Queue, type QueueHandle } from '@millrace/shared/queue/queue';
import type { QueueSafety } from './queue-safety.js';
import { type Patience, whileAnswering } from './while-answering.js';

type GateState = 'open' | Extract<ErrorCode, 'queue_unavailable' | 'overloaded'>;

export interface QueueGate {
  /** As of the last check. */
  readonly waitingJobs: number;
  readonly state: GateState;
  /** Resolves when the job is durable. After a rejection, the job may or may not have arrived. */
  add(jobId: string, data: EventIngestData): Promise<void>;
  /** Resolves if the queue responds and accepts events. */
  check(): Promise<void>;
  /** Stops checking; both handles stay open. */
  close(): void;
}

export interface QueueGateDeps {
  /** For adding jobs. */
  handle: QueueHandle;
  /** The same queue over another connection, so that no check waits behind a large job. */
  probe: QueueHandle;
  /** Called at each check: a fault or a full queue keeps the gate closed. */
  checkSafety: (queue: Queue) => Promise<QueueSafety>;
  logger: Logger;
}

export interface QueueGateOptions {
  /** How long a check may take before the queue counts as unreachable. */
  timeoutMs: number;
  /** How long to wait for a job. */
  patience: Patience;
  /** Pause between checks of an unreachable queue. */
  probeIntervalMs: number;
  /** Pause between checks of the backlog of a working queue. */
  backlogIntervalMs: number;
  maxWaitingJobs: number;
}

export const defaultGateOptions = {
  timeoutMs: 1_500,
  // Detects a hung queue within a second and a half.
  patience: { probeAfterMs: 500, probeTimeoutMs: 1_000, maxMs: 10_000 },
  probeIntervalMs: 200,
  backlogIntervalMs: 1_000,
};

/** Starts closed, and opens once the queue has responded and is safe. */
export function createQueueGate(deps: QueueGateDeps, options: QueueGateOptions): QueueGate {
  const { handle, probe, logger } = deps;
  let state: GateState = 'queue_unavailable';
  let waitingJobs = 0;
  const logFault = createErrorLog(logger, 'refusing events: the queue is not safe', 60_000);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function setState(next: GateState, error?: unknown): void {
    if (next === state) return;
    state = next;
    if (next === 'open') logger.info({ waitingJobs }, 'the queue accepts events');
    else logger.warn({ err: error, waitingJobs, reason: next }, 'refusing events until the queue accepts them again');
  }

  async function checkQueue(): Promise<void> {
    try {
      waitingJobs = await withTimeout(countWaiting(probe.queue), options.timeoutMs, 'the queue');
      const full = await isFull();
      setState(full || waitingJobs > options.maxWaitingJobs ? 'overloaded' : 'open');
    } catch (error) {
      setState('queue_unavailable', error);
    }
    schedule();
  }

  /** @throws Error if the queue is not safe. */
  async function isFull(): Promise<boolean> {
    const safety = await withTimeout(deps.checkSafety(probe.queue), options.timeoutMs, 'the queue');
    if (safety.warning && state === 'queue_unavailable') logger.warn(safety.warning);
    if (!safety.fault) return safety.full ?? false;
    logFault(new Error(safety.fault));
    throw new Error(safety.fault);
  }

  function schedule(): void {
    clearTimeout(timer);
    if (closed) return;
    timer = setTimeout(checkQueue, state === 'queue_unavailable' ? options.probeIntervalMs : options.backlogIntervalMs);
    timer.unref();
  }

  void checkQueue();
  return {
    get state() {
      return state;
    },
    get waitingJobs() {
      return waitingJobs;
    },
    async add(jobId, data) {
      try {
        const adding = handle.queue.add(eventIngest.name, data, { ...eventIngest.options, jobId });
        await whileAnswering(adding, () => countWaiting(probe.queue), options.patience);
      } catch (error) {
        setState('queue_unavailable', error);
        schedule();
        throw error;
      }
    },
    async check() {
      await countWaiting(probe.queue);
      if (state === 'queue_unavailable') throw new Error('the queue does not accept events');
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

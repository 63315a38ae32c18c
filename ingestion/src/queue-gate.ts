/** Turns a queue that can fail, hang or fill up into a gate: open, or closed with the reason, known without waiting. */

import type { EventIngestData } from '@millrace/shared/contract/event-job';
import { eventIngest } from '@millrace/shared/contract/jobs';
import type { ErrorCode } from '@millrace/shared/platform/errors';
import { withTimeout } from '@millrace/shared/platform/health';
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import { countWaiting, type Queue, type QueueHandle } from '@millrace/shared/queue/queue';
import type { QueueSafety } from './queue-safety.js';
import { type Patience, whileAnswering } from './while-answering.js';

export type GateState = 'open' | Extract<ErrorCode, 'queue_unavailable' | 'overloaded'>;

export interface QueueGate {
  /** As of the last look. */
  readonly waitingJobs: number;
  readonly state: GateState;
  /** Resolves when the job is durable. A rejection is ambiguous: the job may have arrived all the same. */
  add(jobId: string, data: EventIngestData): Promise<void>;
  /** Resolves when the queue answers and the gate is not closed for its sake. */
  check(): Promise<void>;
  /** Looks no more; both handles stay open. */
  close(): void;
}

export interface QueueGateDeps {
  /** Takes the jobs. */
  handle: QueueHandle;
  /** The same queue by a connection of its own, so that no look at it waits behind a large job. */
  lookout: QueueHandle;
  /** Asked at each look: a fault or a full queue keeps the gate closed. */
  checkSafety: (queue: Queue) => Promise<QueueSafety>;
  logger: Logger;
}

export interface QueueGateOptions {
  /** How long the queue may take to answer a look before it counts as away. */
  timeoutMs: number;
  /** How long a job is waited for. */
  patience: Patience;
  /** Pause between looks at a queue that is away. */
  probeIntervalMs: number;
  /** Pause between looks at the backlog of a queue that works. */
  backlogIntervalMs: number;
  maxWaitingJobs: number;
}

export const defaultGateOptions = {
  timeoutMs: 1_500,
  // A queue that hangs is found within a second and a half.
  patience: { askAfterMs: 500, answerWithinMs: 1_000, mostMs: 10_000 },
  probeIntervalMs: 200,
  backlogIntervalMs: 1_000,
};

/** Starts closed and opens as soon as the queue has answered and can be trusted. */
export function createQueueGate(deps: QueueGateDeps, options: QueueGateOptions): QueueGate {
  const { handle, lookout, logger } = deps;
  let state: GateState = 'queue_unavailable';
  let waitingJobs = 0;
  const logFault = createErrorLog(logger, 'refusing events: the queue cannot be trusted', 60_000);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function turn(next: GateState, error?: unknown): void {
    if (next === state) return;
    state = next;
    if (next === 'open') logger.info({ waitingJobs }, 'the queue accepts events');
    else logger.warn({ err: error, waitingJobs, reason: next }, 'refusing events until the queue accepts them again');
  }

  async function look(): Promise<void> {
    try {
      waitingJobs = await withTimeout(countWaiting(lookout.queue), options.timeoutMs, 'the queue');
      const full = await isFull();
      turn(full || waitingJobs > options.maxWaitingJobs ? 'overloaded' : 'open');
    } catch (error) {
      turn('queue_unavailable', error);
    }
    schedule();
  }

  /** @throws Error when the queue cannot be trusted at all. */
  async function isFull(): Promise<boolean> {
    const safety = await withTimeout(deps.checkSafety(lookout.queue), options.timeoutMs, 'the queue');
    if (safety.warning && state === 'queue_unavailable') logger.warn(safety.warning);
    if (!safety.fault) return safety.full ?? false;
    logFault(new Error(safety.fault));
    throw new Error(safety.fault);
  }

  function schedule(): void {
    clearTimeout(timer);
    if (closed) return;
    timer = setTimeout(look, state === 'queue_unavailable' ? options.probeIntervalMs : options.backlogIntervalMs);
    timer.unref();
  }

  void look();
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
        await whileAnswering(adding, () => countWaiting(lookout.queue), options.patience);
      } catch (error) {
        turn('queue_unavailable', error);
        schedule();
        throw error;
      }
    },
    async check() {
      await countWaiting(lookout.queue);
      if (state === 'queue_unavailable') throw new Error('the queue does not accept events');
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

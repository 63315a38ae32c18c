/** Turns batches of validated events into jobs of the queue: what arrives while one job is on its way leaves together in the next. */

import { eventJob, packedEventJob } from '@millrace/shared/contract/event-job';
import type { ErrorCode } from '@millrace/shared/platform/errors';
import { takeGroup } from '@millrace/shared/platform/take-group';
import { latencyBuckets, sizeBuckets, type Telemetry } from '@millrace/shared/platform/telemetry';
import { createLedger, type Ledger } from './ledger.js';
import type { QueueGate } from './queue-gate.js';
import { type EventBatch, jobLimits } from './validate-events.js';

/** `undefined` when the events are durable, else why they are not known to be. */
export type EnqueueOutcome = Extract<ErrorCode, 'queue_unavailable' | 'overloaded'> | undefined;

export interface EventQueue {
  enqueue(batch: EventBatch): Promise<EnqueueOutcome>;
  /** Resolves when nothing waits any more. */
  drain(): Promise<void>;
}

interface Waiting {
  batch: EventBatch;
  settle: (outcome: EnqueueOutcome) => void;
}

/** As many hold some 30,000 events: processors have fallen behind, and what the queue takes in memory matters more than a little time. */
const backlogJobs = 10;

/** Of one batch: the comma that joins it counts. */
const sizeOf = ({ batch }: Waiting) => ({ events: batch.count, characters: batch.text.length + 1 });

/** Until what has arrived by now is read: each event that still comes along saves a part of a job. */
const endOfTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Group commit: at most one job is on its way; its size follows the load by itself. */
export function createEventQueue(gate: QueueGate, telemetry: Telemetry, ledger: Ledger = createLedger()): EventQueue {
  const queued = telemetry.counter('millrace_ingestion_queued_events_total', 'Events that are durable in the queue');
  const flushSize = telemetry.histogram('millrace_ingestion_flush_events', 'Events in one job', sizeBuckets);
  const flushSeconds = telemetry.histogram(
    'millrace_ingestion_flush_seconds',
    'Time until a job was durable',
    latencyBuckets,
  );
  const waiting: Waiting[] = [];
  let flushing = false;
  let running = Promise.resolve();

  async function flushGroup(group: Waiting[]): Promise<EnqueueOutcome> {
    const count = group.reduce((sum, { batch }) => sum + batch.count, 0);
    const hasContext = group.some(({ batch }) => batch.hasContext);
    const events = `[${group.map(({ batch }) => batch.text).join(',')}]`;
    const stop = flushSeconds.startTimer();
    const madeMs = Date.now();
    try {
      const make = gate.waitingJobs > backlogJobs ? packedEventJob : eventJob;
      await gate.add(ledger.nextJobId(madeMs), await make(events, count, hasContext));
    } catch {
      return 'queue_unavailable';
    }
    stop();
    flushSize.observe(count);
    queued.inc(count);
    ledger.accept(madeMs, count);
    return undefined;
  }

  /** Ends in the same turn in which it finds nothing left, so that what comes later always finds it ended. */
  async function flush(): Promise<void> {
    flushing = true;
    while (waiting.length > 0) {
      await endOfTurn();
      const group = gate.state === 'open' ? takeGroup(waiting, sizeOf, jobLimits) : waiting.splice(0);
      const outcome = gate.state === 'open' ? await flushGroup(group) : gate.state;
      for (const { settle } of group) settle(outcome);
    }
    flushing = false;
  }

  return {
    enqueue(batch) {
      if (gate.state !== 'open') return Promise.resolve(gate.state);
      return new Promise((settle) => {
        waiting.push({ batch, settle });
        if (!flushing) running = flush();
      });
    },
    drain: () => running,
  };
}
